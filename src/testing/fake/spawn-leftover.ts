import { spawn } from 'node:child_process'
import type { FakeStep } from './scenario.ts'

/** Starts a `sleep` that outlives the fake, and returns its pid. */
export function spawnLeftover(step: Extract<FakeStep, { do: 'spawn' }>): number | null {
  const deaf = [
    ...(step.how === 'nohup' ? ['HUP'] : []),
    ...(step.ignoreTerm ? ['TERM', 'INT', 'HUP'] : []),
  ]
  const trap = deaf.length > 0 ? `trap "" ${deaf.join(' ')}; ` : ''
  const child = spawn('/bin/sh', ['-c', `${trap}exec sleep ${step.seconds ?? 300}`], {
    stdio: ['ignore', step.holdStdout ? 'inherit' : 'ignore', 'ignore'],
    detached: step.how === 'setsid',
  })
  child.on('error', () => {})
  child.unref()
  return child.pid ?? null
}
