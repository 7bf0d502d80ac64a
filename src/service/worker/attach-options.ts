import type { AttachOptions } from '../../agent/index.ts'
import type { Profile } from '../contract/profile.ts'

/** What an agent cannot remember of its profile. */
export function attachOptionsOf(profile: Profile): AttachOptions {
  const { timeoutMs, startTimeoutMs, stallTimeoutMs } = profile
  const { maxLineBytes, maxLogBytes } = profile
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
    ...(stallTimeoutMs === undefined ? {} : { stallTimeoutMs }),
    ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
    ...(maxLogBytes === undefined ? {} : { maxLogBytes }),
  }
}
