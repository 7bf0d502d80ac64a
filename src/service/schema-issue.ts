import type { z } from 'zod'

/** Of what a schema found, what is told: a misspelt name first, for the rest may follow from it. */
export function foremostIssue(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const found = issues.map(innermost)
  return found.find(({ code }) => code === 'unrecognized_keys') ?? found[0]
}

/** What an input has at the place of an issue. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    input,
  )
}

// Of a union, zod tells every branch's complaints. The one that fits but for an odd name, or in what
// lies deeper, is the one that was meant.
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code === 'invalid_key') {
    return { ...issue, message: issue.issues[0]?.message ?? issue.message }
  }
  if (issue.code !== 'invalid_union') return issue
  const meant = issue.errors.find((branch) =>
    branch.every(({ code, path }) => code === 'unrecognized_keys' || path.length > 1),
  )
  const first = meant?.[0]
  return first === undefined ? issue : innermost({ ...first, path: [...issue.path, ...first.path] })
}
