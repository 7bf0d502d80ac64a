import type { z } from 'zod'

/** The first of zod's issues as the params of `script_invalid`: where, what, and how to mend it. */
export function toScriptProblem(
  issues: readonly z.core.$ZodIssue[],
  { where, fields }: { where: string; fields: readonly string[] },
): { where: string; problem: string; cure: string } {
  const issue = issues[0]
  if (issue === undefined) return { where, problem: 'not valid', cure: 'see docs/examples' }
  const place = where + toPath(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const near = closestName(key, fields)
    return {
      where: place,
      problem: `unknown field "${key}"`,
      cure: near === null ? 'leave it out' : `did you mean "${near}"?`,
    }
  }
  return { where: place, problem: issue.message, cure: 'correct this field' }
}

/** Of `names` the one most like `name`, when one is like it at all. */
export function closestName(name: string, names: readonly string[]): string | null {
  let best: string | null = null
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

function toPath(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
