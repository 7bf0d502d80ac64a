import { HostlerError, hostlerError } from '../errors.ts'
import type { Log } from '../log.ts'
import { toError } from '../util/to-error.ts'
import { uuidV7 } from '../util/uuid-v7.ts'

/** What may be told: hostler's own errors as they are; of others only an id, under which the log has them. */
export function toHostlerError(reason: unknown, log: Log): HostlerError {
  if (reason instanceof HostlerError) return reason
  const id = uuidV7()
  log.error({ errorId: id, err: toError(reason) }, 'a request failed')
  return hostlerError('internal', { id }, { cause: reason })
}
