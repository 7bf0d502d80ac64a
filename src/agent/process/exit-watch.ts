import { isErrno } from '../../util/is-errno.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'

const pollMs = 500
/** Every so many polls the start time is compared too: the pid may have gone to somebody else. */
const identityEvery = 10

/** Calls `onGone` once when the process is no longer there. Returns what ends the watch. */
export function watchProcess(identity: ProcessIdentity, onGone: () => void): () => void {
  let count = 0
  const timer = setInterval(() => {
    count++
    if (!mayLive(identity.pid)) gone()
    else if (count % identityEvery === 0) void compare()
  }, pollMs)

  function gone(): void {
    clearInterval(timer)
    onGone()
  }

  async function compare(): Promise<void> {
    if (!(await isAlive(identity))) gone()
  }

  return () => clearInterval(timer)
}

function mayLive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !isErrno(error, 'ESRCH')
  }
}
