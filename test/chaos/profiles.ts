/** The profiles of a chaos: what its sessions differ in. */
export const profileNames = ['default', 'parking', 'limited', 'poor', 'stopping'] as const
export type ProfileName = (typeof profileNames)[number]

/** US dollars a day; a turn of the fake costs 0.000148. */
export const poorDayUsd = 0.0012

/** Of the sessions, counted from 1, each sixth has the same; two of them the default. */
export function profileOf(session: number): ProfileName {
  return profileNames[(session - 1) % (profileNames.length + 1)] ?? 'default'
}

/** As a configuration has them. */
export function toProfiles(given: {
  claudeBin: string
  workspace: string
}): Record<ProfileName, Record<string, unknown>> {
  const common = {
    claudeBin: given.claudeBin,
    workspace: { path: given.workspace },
    shareWorkspace: true,
    warmMs: 3000,
    requestTimeoutMs: 4000,
    permissions: [
      { tool: 'Bash', match: 'echo *', decision: 'allow' },
      { tool: 'Bash', match: 'rm *', decision: 'deny', reason: 'nothing is removed here' },
    ],
  }
  return {
    default: { ...common, maxDayUsd: 100 },
    // Runs give up their agents while a human is awaited, and their agents may ask and split by themselves.
    parking: {
      ...common,
      parkAfterMs: 400,
      requestTimeoutMs: 6000,
      runToken: true,
      outcomes: { max_turns: 'ask' },
    },
    // An account of its own: others do not wait for its limits.
    limited: { ...common, apiKey: 'sk-ant-dummy-limited' },
    poor: { ...common, maxDayUsd: poorDayUsd },
    // A request that nobody answers in time ends its run.
    stopping: {
      ...common,
      parkAfterMs: 300,
      requestTimeoutMs: 1500,
      onRequestExpiry: 'stop',
      maxSessionUsd: 100,
    },
  }
}
