import { isDeepStrictEqual } from 'node:util'
import type { PermissionMode } from '../../agent/index.ts'
import type { Profile } from '../contract/profile.ts'

// From the one that lets the least happen without a human.
const modes: Readonly<Record<PermissionMode, number>> = {
  dontAsk: 0,
  plan: 1,
  default: 2,
  acceptEdits: 3,
  auto: 4,
  bypassPermissions: 5,
}

const limits = [
  'maxTurns',
  'maxBudgetUsd',
  'maxSessionUsd',
  'maxDayUsd',
  'maxRunning',
  'maxAttempts',
  'maxChildDepth',
  'maxChildren',
  'timeoutMs',
] as const satisfies readonly (keyof Profile)[]

const lists = [
  'allowedTools',
  'additionalDirectories',
  'hostlerTools',
  'childProfiles',
] as const satisfies readonly (keyof Profile)[]

const records = ['env', 'mcpServers'] as const satisfies readonly (keyof Profile)[]

const flags = [
  'runToken',
  'allowBypass',
  'backgroundWork',
] as const satisfies readonly (keyof Profile)[]

// Of which another value cannot be told to be less.
const same = [
  'claudeBin',
  'apiBaseUrl',
  'apiKey',
  'oauthToken',
  'settings',
  'settingSources',
  'extraArgs',
] as const satisfies readonly (keyof Profile)[]

/** The first key by which a profile may do more than another, or null when there is none. */
export function widerKey(child: Profile, parent: Profile): keyof Profile | null {
  const modeOf = ({ permissionMode = 'default' }: Profile): number => modes[permissionMode]
  if (modeOf(child) > modeOf(parent)) return 'permissionMode'
  if (parent.tools !== undefined && !isWithin(child.tools, parent.tools)) return 'tools'
  if (!isWithin(parent.disallowedTools ?? [], child.disallowedTools)) return 'disallowedTools'
  if (hasLooserRules(child, parent)) return 'permissions'
  if (child.saveWork === 'push' && parent.saveWork !== 'push') return 'saveWork'
  return (
    lists.find((key) => !isWithin(child[key] ?? [], parent[key])) ??
    limits.find((key) => isHigher(child[key], parent[key])) ??
    records.find((key) => !hasOnly(child[key] ?? {}, parent[key] ?? {})) ??
    flags.find((key) => child[key] === true && parent[key] !== true) ??
    same.find((key) => !isDeepStrictEqual(child[key], parent[key])) ??
    null
  )
}

function isWithin(some: readonly string[] | undefined, all: readonly string[] = []): boolean {
  return some !== undefined && some.every((one) => all.includes(one))
}

/** No limit is the highest. */
function isHigher(child: number | undefined, parent: number | undefined): boolean {
  return parent !== undefined && (child === undefined || child > parent)
}

function hasOnly(some: Record<string, unknown>, all: Record<string, unknown>): boolean {
  return Object.entries(some).every(([key, value]) => isDeepStrictEqual(value, all[key]))
}

/** Without rules a human is asked: less than any that allow, more than those that deny. */
function hasLooserRules({ permissions: child = [] }: Profile, parent: Profile): boolean {
  const { permissions = [] } = parent
  if (child.length === 0) return permissions.some(({ decision }) => decision === 'deny')
  return !isDeepStrictEqual(child, permissions)
}
