import type { Profile } from '../contract/profile.ts'

type Defaulted =
  | 'shareWorkspace'
  | 'onArchive'
  | 'saveWork'
  | 'onBusy'
  | 'pool'
  | 'warmMs'
  | 'spare'
  | 'maxAttempts'
  | 'onSessionLost'

/** What holds for a profile that does not say otherwise. Parsed profiles have it filled in. */
export const profileDefaults: Readonly<Required<Pick<Profile, Defaulted>>> = {
  shareWorkspace: false,
  onArchive: 'remove',
  saveWork: 'bundle',
  onBusy: 'queue',
  pool: 'default',
  warmMs: 600_000,
  spare: 0,
  maxAttempts: 3,
  onSessionLost: 'stop',
}
