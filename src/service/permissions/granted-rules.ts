import { posix } from 'node:path'
import type { RequestAnswer } from '../contract/request.ts'
import type { PermissionRequest } from '../../events/human-request.ts'
import { toSubject } from './call-subject.ts'
import { allowsCommand } from './match-command.ts'
import { escapeGlob, unescapeGlob } from './match-glob.ts'
import type { ToolCall } from './match-rule.ts'
import { type Places, toAbsolute, toRealPath, toRealPattern } from './real-path.ts'

/** The tools that the CLI's rules for one of them are about, too. */
const families: Readonly<Record<string, readonly string[]>> = {
  Edit: ['Edit', 'Write', 'MultiEdit', 'NotebookEdit'],
  Read: ['Read', 'Grep', 'Glob', 'LS'],
}

/**
 * Whether a rule in the CLI's own form, such as `Bash(touch a1 *)`, `Edit(/src/**)` or
 * `WebFetch(domain:example.com)`, allows this call. What is not understood allows nothing.
 */
export async function grantAllows(
  grant: string,
  { toolName, input }: ToolCall,
  places: Places,
): Promise<boolean> {
  const [, tool = '', content] = /^([^()]+)(?:\((.*)\))?$/s.exec(grant) ?? []
  if (!(families[tool] ?? [tool]).includes(toolName)) return false
  if (content === undefined) return true
  const subject = toSubject(toolName, input)
  const isExact = !hasStar(content)
  const isThisCall = isExact && unescapeGlob(content) === JSON.stringify(input)
  switch (subject.kind) {
    case 'command':
      if (subject.isUnbound) return false
      if (isExact && unescapeGlob(content) === subject.command) return true
      return allowsCommand(content.replace(/:\*$/, ' *'), subject.command)
    case 'paths': {
      if (isThisCall) return true
      const pattern = subject.isUnbound ? null : await toPathPattern(content, places)
      if (pattern === null) return false
      for (const path of subject.paths) {
        const real = await toRealPath(path, places)
        if (real === null || !pattern.test(real)) return false
      }
      return true
    }
    case 'text':
      if (content.startsWith('domain:')) return hostOf(subject.text) === content.slice(7)
      return isThisCall
    default:
      return subject satisfies never
  }
}

/** What an answer allows for the rest of the session, in that form. */
export async function toGrants(
  { toolName, input, suggestions }: PermissionRequest,
  answer: RequestAnswer,
  places: Places,
): Promise<string[]> {
  if (!('behavior' in answer) || answer.behavior !== 'allow') return []
  const { scope = 'once', updatedInput, updatedPermissions = [] } = answer
  const chosen = updatedPermissions.filter(({ destination }) => destination === 'session')
  if (scope === 'once') return chosen.flatMap(rulesOf)
  // Who changes a call means that one, not what the CLI would offer for the other.
  const offered = updatedInput === undefined ? suggestions.flatMap(rulesOf) : []
  const call = { toolName, input: updatedInput ?? input }
  const grants = [...new Set([...chosen.flatMap(rulesOf), ...offered])]
  for (const grant of grants) if (await grantAllows(grant, call, places)) return grants
  return [...grants, await exactly(call, places)]
}

/** The rules to allow that a permission update adds, in the CLI's form. */
export function rulesOf(update: Record<string, unknown>): string[] {
  const { type, behavior, rules } = update
  if (type !== 'addRules' || behavior !== 'allow' || !Array.isArray(rules)) return []
  return rules.flatMap((rule: unknown) => {
    if (typeof rule !== 'object' || rule === null) return []
    const { toolName, ruleContent }: { toolName?: unknown; ruleContent?: unknown } = rule
    if (typeof toolName !== 'string') return []
    return typeof ruleContent === 'string' ? `${toolName}(${ruleContent})` : toolName
  })
}

async function exactly({ toolName, input }: ToolCall, places: Places): Promise<string> {
  const subject = toSubject(toolName, input)
  if (subject.kind === 'command') return `${toolName}(${escapeGlob(subject.command)})`
  const [path, ...others] = subject.kind === 'paths' && !subject.isUnbound ? subject.paths : []
  const real = path === undefined ? null : await toRealPath(path, places)
  if (real !== null && others.length === 0) return `${toolName}(/${escapeGlob(real)})`
  return `${toolName}(${escapeGlob(JSON.stringify(input))})`
}

function hasStar(content: string): boolean {
  return content.replaceAll(/\\[\\*]/g, '').includes('*')
}

// As in .gitignore: `//x` is absolute, `/x` and `x` are in the working directory, `**` is any depth.
async function toPathPattern(content: string, places: Places): Promise<RegExp | null> {
  const path = content.startsWith('//') ? content.slice(1) : content.replace(/^\/(?!\/)/, '')
  const absolute = path.startsWith('~') ? toAbsolute(path, places) : path
  if (absolute === null) return null
  const whole = posix.isAbsolute(absolute) ? absolute : posix.join(escapeGlob(places.cwd), absolute)
  if (whole.split('/').includes('..')) return null
  const real = await toRealPattern(whole, places)
  const source = real.replaceAll(/\\[\\*]|\*\*+|\*|[^]/g, (sign) => {
    if (sign.startsWith('**')) return '.*'
    if (sign === '*') return '[^/]*'
    return sign.at(-1)?.replace(/[$()*+.?[\\\]^{|}]/, String.raw`\$&`) ?? ''
  })
  return new RegExp(`^${source}$`, 's')
}

function hostOf(text: string): string | null {
  return URL.canParse(text) ? new URL(text).hostname : null
}
