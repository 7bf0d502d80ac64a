import type { PermissionRule } from '../contract/profile.ts'
import { toSubject, type Subject } from './call-subject.ts'
import { allowsCommand, catchesCommand } from './match-command.ts'
import { matchGlob } from './match-glob.ts'
import { type Places, toAbsolute, toRealPath, toRealPattern } from './real-path.ts'

/** A tool call that the CLI asks about. */
export type ToolCall = { toolName: string; input: Record<string, unknown> }

/** The first rule that fits the call, or null. */
export async function findRule(
  rules: readonly PermissionRule[],
  call: ToolCall,
  places: Places,
): Promise<PermissionRule | null> {
  for (const rule of rules) {
    // One after the other: the first counts.
    if (await ruleFits(rule, call, places)) return rule
  }
  return null
}

/**
 * Whether a rule is about this call. One that allows fits only what is wholly as it says; one that denies
 * or asks fits what is so in any part, or may be.
 */
export async function ruleFits(
  { tool, match, decision }: PermissionRule,
  { toolName, input }: ToolCall,
  places: Places,
): Promise<boolean> {
  if (!matchGlob(tool, toolName)) return false
  if (match === undefined || match === '*') return true
  const subject = toSubject(toolName, input)
  return decision === 'allow'
    ? await allows(match, subject, places)
    : await catches(match, subject, places)
}

async function allows(match: string, subject: Subject, places: Places): Promise<boolean> {
  switch (subject.kind) {
    case 'command':
      return !subject.isUnbound && allowsCommand(match, subject.command)
    case 'paths': {
      if (subject.isUnbound) return false
      const pattern = await toRealPattern(match, places)
      for (const path of subject.paths) {
        const real = await toRealPath(path, places)
        if (real === null || !matchGlob(pattern, real)) return false
      }
      return true
    }
    case 'text':
      return matchGlob(match, subject.text)
    default:
      return subject satisfies never
  }
}

async function catches(match: string, subject: Subject, places: Places): Promise<boolean> {
  switch (subject.kind) {
    case 'command':
      return catchesCommand(match, subject.command)
    case 'paths': {
      const patterns = [match, await toRealPattern(match, places)]
      for (const path of subject.paths) {
        const real = await toRealPath(path, places)
        // Where nobody can tell which file is meant, it may be this one.
        if (real === null) return true
        const names = [path, toAbsolute(path, places) ?? path, real]
        if (names.some((name) => patterns.some((one) => matchGlob(one, name)))) return true
      }
      return subject.isUnbound
    }
    case 'text':
      return matchGlob(match, subject.text)
    default:
      return subject satisfies never
  }
}
