import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open, watch } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { countHoldings, findNewHoldings, findStrayProcesses, findTempDirs } from './leaks.ts'
import { tempDir, tempDirPrefix } from './temp-dir.ts'
import { waitFor } from './wait-for.ts'

function expectHeld(before: ReturnType<typeof countHoldings>, pattern: RegExp): void {
  expect(findNewHoldings(before, countHoldings()).join('\n')).toMatch(pattern)
}

async function expectReleased(before: ReturnType<typeof countHoldings>): Promise<void> {
  await waitFor(() => findNewHoldings(before, countHoldings()).length === 0, {
    what: 'everything is released',
  })
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

test('nothing new is found where nothing is held', async () => {
  await expectReleased(countHoldings())
})

test('a timer is found', async () => {
  const before = countHoldings()
  const timer = setInterval(() => {}, 100_000)
  expectHeld(before, /Timeout/)
  clearInterval(timer)
  await expectReleased(before)
})

test('a listening socket and both ends of a connection are found', async () => {
  const before = countHoldings()
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  expectHeld(before, /TCPServerWrap[\s\S]*fd of socket:/)
  const address = server.address()
  const accepted = once(server, 'connection')
  const client = createConnection({
    port: typeof address === 'object' && address !== null ? address.port : 0,
  })
  const [peer] = await accepted
  expectHeld(before, /TCPSocketWrap/)
  client.destroy()
  peer.destroy()
  server.close()
  await expectReleased(before)
})

test('a watcher is found, one that is unreferenced too', async () => {
  await using dir = await tempDir()
  const before = countHoldings()
  const watcher = watch(dir.path)
  watcher.unref()
  expectHeld(before, /file watch/)
  watcher.close()
  await expectReleased(before)
})

test('an open file is found by its name', async () => {
  const before = countHoldings()
  const fd = await promisify(open)('/etc/passwd', 'r')
  expectHeld(before, /fd of \/etc\/passwd/)
  const { closeSync } = await import('node:fs')
  closeSync(fd)
  await expectReleased(before)
})

test('a child is found by its pid and command', async () => {
  const before = countHoldings()
  const child = spawn('sleep', ['321'], { stdio: 'ignore' })
  await once(child, 'spawn')
  await waitFor(() => /sleep 321/.test([...countHoldings().keys()].join('\n')))
  expectHeld(before, new RegExp(`child ${child.pid}: sleep 321`))
  await end(child)
  await expectReleased(before)
})

test('a grandchild in a session of its own is found by mark, whatever became of its parent', async () => {
  await using dir = await tempDir()
  const shell = spawn('sh', ['-c', 'setsid sleep 322 & echo $!'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], TMPDIR: dir.path },
    detached: true,
  })
  await once(shell, 'exit')
  const [stray] = await waitFor(() => {
    const found = findStrayProcesses(dir.path)
    return found.length === 1 && found[0]?.text.includes('sleep 322') ? found : null
  })
  process.kill(stray?.pid ?? 0, 'SIGKILL')
  shell.stdout.destroy()
  await waitFor(() => findStrayProcesses(dir.path).length === 0)
})

test('a temp dir that was not removed is found', async () => {
  const path = await mkdtemp(join(tmpdir(), tempDirPrefix))
  expect(findTempDirs(tmpdir())).toContain(`temp dir ${path}`)
  await rm(path, { recursive: true })
  expect(findTempDirs(tmpdir())).not.toContain(`temp dir ${path}`)
})
