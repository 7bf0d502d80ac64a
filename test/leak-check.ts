import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'
import {
  countHoldings,
  findNewHoldings,
  findStrayProcesses,
  findTempDirs,
} from './support/leaks.ts'

// Fails a test file that leaves a process, timer, socket, watcher, open file or temp dir behind.

const settleMs = 5_000

// The name is the mark: all that this file's tests start has it in TMPDIR, which hostler passes on to
// its agents, or in its arguments or working folder.
const runDir = mkdtempSync(join('/tmp', `hostler-test-${process.pid}-`))
process.env['TMPDIR'] = runDir
process.env['HOSTLER_TEST_RUN'] = runDir

// Node opens these when they are first looked at, as a package does that a test may import.
void [process.stdin, process.stdout, process.stderr]
// The first child makes node open what it keeps for all of them.
await once(spawn('true', { stdio: 'ignore' }), 'exit')
const before = countHoldings()

afterAll(async () => {
  const endAt = performance.now() + settleMs
  let left = findLeft()
  while (left.length > 0 && performance.now() < endAt) {
    await sleep(20)
    left = findLeft()
  }
  for (const { pid } of findStrayProcesses(runDir)) kill(pid)
  rmSync(runDir, { recursive: true, force: true, maxRetries: 5 })
  if (left.length > 0) throw new Error(`left behind by this test file:\n  ${left.join('\n  ')}`)
})

function findLeft(): string[] {
  return [
    ...findNewHoldings(before, countHoldings()),
    ...findStrayProcesses(runDir).map(({ text }) => text),
    ...findTempDirs(runDir),
  ]
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}
