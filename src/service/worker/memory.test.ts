import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { availableBytes, residentBytes } from './memory.ts'

async function available(files: Record<string, string>): Promise<number> {
  await using root = await tempDir()
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root.path, path)), { recursive: true })
    await writeFile(join(root.path, path), text)
  }
  return availableBytes(root.path)
}

const machine = {
  'proc/meminfo': 'MemTotal: 9000 kB\nMemAvailable:    8000 kB\n',
  'proc/self/cgroup': '0::/system.slice/hostler.service\n',
}
const group = 'sys/fs/cgroup/system.slice/hostler.service'
const used = { [`${group}/memory.current`]: '600000\n' }

test('memory that can be had is the machine’s, or what a limit leaves of it', async () => {
  expect(await available(machine)).toBe(8_192_000)
  const open = { ...machine, ...used, [`${group}/memory.max`]: 'max\n' }
  expect(await available(open)).toBe(8_192_000)
  const limited = { ...machine, ...used, [`${group}/memory.max`]: '1000000\n' }
  expect(await available(limited)).toBe(400_000)
  const stat = 'anon 300000\ninactive_file 250000\nactive_file 50000\n'
  expect(await available({ ...limited, [`${group}/memory.stat`]: stat })).toBe(650_000)
  expect(await available({ ...limited, 'proc/meminfo': 'MemAvailable: 100 kB\n' })).toBe(102_400)
})

test('where nothing tells, it is what the system calls free', async () => {
  expect(await available({})).toBeGreaterThan(0)
})

test.runIf(process.platform === 'linux')('an agent holds what its CLI holds', async () => {
  // As agents are started: a shell that waits for another process.
  const script = '"$0" -e \'console.log("there"); process.stdin.resume()\'; exit 0'
  const shell = spawn('/bin/sh', ['-c', script, process.execPath], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = once(shell, 'close')
  await once(shell.stdout, 'data')
  expect(residentBytes(shell.pid ?? 0)).toBeGreaterThan(20 * 1024 * 1024)
  shell.stdin.end()
  await ended
  expect(residentBytes(shell.pid ?? 0)).toBeNull()
})
