import { attemptsOf } from '../../store/runs/attempts-of.ts'
import type { Hostler } from '../contract/hostler.ts'
import { cancelRun } from './cancel-run.ts'
import { findRun } from './find-run.ts'
import type { Front } from './front.ts'
import { interruptRun } from './interrupt-run.ts'
import { findRuns } from './list-runs.ts'
import { readRunLog } from './read-run-log.ts'
import { readRun } from './read-runs.ts'
import { retryRun } from './retry-run.ts'
import { acceptRun, rejectRun } from './review-run.ts'
import { submitRun } from './submit-run.ts'
import { toAttempt } from './to-run.ts'
import { waitForRun } from './wait-for-run.ts'

/** What can be done with runs. */
export function runMethods(front: Front): Hostler['runs'] {
  const { store } = front.context
  return {
    submit: (submission, options) => submitRun(front, submission, options),
    get: async (id, { signal } = {}) => {
      signal?.throwIfAborted()
      return await readRun(front.context, id, { reader: store })
    },
    list: (filter = {}, page = {}) => findRuns(front, filter, page),
    wait: (id, options) => waitForRun(front, id, options),
    cancel: (id, options) => cancelRun(front, id, options),
    retry: (id, options) => retryRun(front, id, options),
    interrupt: (id, options) => interruptRun(front, id, options),
    accept: (id, options) => acceptRun(front, id, options),
    reject: (id, options) => rejectRun(front, id, options),
    attempts: async (id, { signal } = {}) => {
      signal?.throwIfAborted()
      const run = await findRun(store, id)
      return (await attemptsOf(store, [run.id])).map(toAttempt)
    },
    log: (id, options) => readRunLog(front, id, options),
  }
}
