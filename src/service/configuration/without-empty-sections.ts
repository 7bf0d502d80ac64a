const sections: ReadonlySet<string> = new Set([
  'profiles',
  'workspaces',
  'limits',
  'agents',
  'worker',
  'server',
  'log',
  'webhooks',
])

/** In YAML, a section whose keys are all commented out is null; so is an empty file, or a profile. */
export function withoutEmptySections(input: unknown): unknown {
  if (input === null || input === undefined) return {}
  if (typeof input !== 'object' || Array.isArray(input)) return input
  return Object.fromEntries(
    Object.entries(input)
      .filter(([name, value]) => value !== null || !sections.has(name))
      .map(([name, value]) => [name, name === 'profiles' ? emptyForNull(value) : value]),
  )
}

function emptyForNull(profiles: unknown): unknown {
  if (typeof profiles !== 'object' || profiles === null || Array.isArray(profiles)) return profiles
  return Object.fromEntries(
    Object.entries(profiles).map(([name, profile]) => [name, profile === null ? {} : profile]),
  )
}
