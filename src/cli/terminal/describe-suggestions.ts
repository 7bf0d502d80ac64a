/**
 * Permission updates in words: `Bash(touch *)`, `mode acceptEdits`, `folder /tmp/x`. Source: the CLI's
 * `permission_suggestions`, 2.1.328.
 */
export function describeSuggestions(updates: Record<string, unknown>[]): string {
  return updates.flatMap(describe).join(', ')
}

const files: Readonly<Record<string, string>> = {
  session: 'this session',
  localSettings: '.claude/settings.local.json',
  projectSettings: '.claude/settings.json',
  userSettings: '~/.claude/settings.json',
}

/** One of them, with where the CLI would keep it: `Bash(touch *) in .claude/settings.local.json`. */
export function describeSuggestion(update: Record<string, unknown>): string {
  const { destination } = update
  const place =
    typeof destination === 'string' ? (files[destination] ?? destination) : 'this session'
  const verb = update['behavior'] === 'deny' ? 'deny ' : ''
  return `${verb}${describe(update).join(', ')} in ${place}`
}

function describe(update: Record<string, unknown>): string[] {
  const { type, rules, mode, directories } = update
  if (Array.isArray(rules)) return rules.map((one) => describeRule(one))
  if (type === 'setMode') return [`mode ${String(mode)}`]
  if (Array.isArray(directories)) return directories.map((one) => `folder ${String(one)}`)
  return [String(type)]
}

function describeRule(rule: unknown): string {
  if (typeof rule !== 'object' || rule === null) return String(rule)
  const { toolName, ruleContent }: { toolName?: unknown; ruleContent?: unknown } = rule
  if (typeof toolName !== 'string') return JSON.stringify(rule)
  return typeof ruleContent === 'string' ? `${toolName}(${ruleContent})` : toolName
}
