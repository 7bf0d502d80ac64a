import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { newestCheckedVersion } from '../../src/agent/index.ts'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { readProjectFile } from './run-example.ts'

const execFileAsync = promisify(execFile)
const unit = fileURLToPath(new URL('../../deploy/hostler.service', import.meta.url))
const analyze = '/usr/bin/systemd-analyze'

test.skipIf(!existsSync(analyze))('systemd understands every line of hostler.service', async () => {
  const { stdout, stderr } = await execFileAsync(analyze, ['verify', unit])
  expect(stdout + stderr).toBe('')
})

test('hostler.service leaves agents alone, and what is theirs', async () => {
  const text = await readProjectFile('deploy/hostler.service')
  const set = text.split('\n').filter((line) => /^\w+=/.test(line))
  expect(set).toContain('KillMode=process')
  expect(set).toContain('OOMPolicy=continue')
  expect(set).toContain(`RestartPreventExitStatus=${exitCodes.usage}`)
  const harmful =
    /^(PrivateTmp|RuntimeDirectory|MemoryDenyWriteExecute|ProcSubset|SystemCallFilter)=/
  expect(set.filter((line) => harmful.test(line))).toEqual([])
})

test('the container has a CLI that was checked, and a PID 1 that takes care of the dead', async () => {
  const text = await readProjectFile('deploy/Containerfile')
  expect(text).toContain(`@anthropic-ai/claude-code@${newestCheckedVersion}`)
  expect(text).toContain('ENTRYPOINT ["tini", "--", "hostler"]')
})
