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
  | 'onRequestExpiry'
  | 'parkAfterMs'
  | 'allowBypass'
  | 'hostlerTools'
  | 'runToken'
  | 'preamble'
  | 'childProfiles'
  | 'maxChildDepth'
  | 'maxChildren'

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
  onRequestExpiry: 'deny',
  parkAfterMs: 600_000,
  allowBypass: false,
  hostlerTools: [],
  runToken: false,
  preamble: 'none',
  childProfiles: [],
  maxChildDepth: 1,
  maxChildren: 20,
}
