import { sql, type ExpressionBuilder, type ExpressionWrapper, type SqlBool } from 'kysely'
import type { Tables } from '../tables.ts'
import { hasLabel } from '../text-match.ts'

/** Whose money a limit is about. */
export type Subject =
  | { kind: 'all' }
  | { kind: 'profile'; profile: string }
  | { kind: 'label'; label: string; value: string }
  | { kind: 'session'; sessionId: string }

/** What a budget's row calls it. */
export function toSubjectKey(subject: Subject): string {
  switch (subject.kind) {
    case 'all':
      return 'all'
    case 'profile':
      return `profile:${subject.profile}`
    case 'label':
      // A name with an equals sign must not be taken for another one.
      return `label:${subject.label.replaceAll(/[%=]/g, encodeURIComponent)}=${subject.value}`
    case 'session':
      return `session:${subject.sessionId}`
    default:
      return subject satisfies never
  }
}

/** All subjects for which an attempt counts. */
export function subjectKeysOf(of: {
  profile: string
  sessionId: string
  labels: Readonly<Record<string, string>>
}): string[] {
  const { profile, sessionId, labels } = of
  return [
    toSubjectKey({ kind: 'all' }),
    toSubjectKey({ kind: 'profile', profile }),
    toSubjectKey({ kind: 'session', sessionId }),
    ...Object.entries(labels).map(([label, value]) =>
      toSubjectKey({ kind: 'label', label, value }),
    ),
  ]
}

/** Whether a row of `spending` is about it. */
export function isAbout(
  eb: ExpressionBuilder<Tables, 'spending'>,
  subject: Subject,
): ExpressionWrapper<Tables, 'spending', SqlBool> {
  switch (subject.kind) {
    case 'all':
      return eb(sql.lit(1), '=', sql.lit(1))
    case 'profile':
      return eb('profile', '=', subject.profile)
    case 'session':
      return eb('session_id', '=', subject.sessionId)
    case 'label': {
      const { label: name, value } = subject
      return eb.and([hasLabel(eb.ref('labels'), { name, value })])
    }
    default:
      return subject satisfies never
  }
}

/** Labels as they are stored, of a session with those of its run. */
export function mergeLabels(session: string, run: string): Record<string, string> {
  return { ...parseLabels(session), ...parseLabels(run) }
}

function parseLabels(text: string): Record<string, string> {
  const parsed: unknown = JSON.parse(text)
  if (typeof parsed !== 'object' || parsed === null) return {}
  const texts = Object.entries(parsed).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(texts)
}
