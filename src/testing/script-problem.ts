import type { z } from 'zod'
import { suggest } from '../util/suggest.ts'

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
    const near = suggest(key, fields)
    return {
      where: place,
      problem: `unknown field "${key}"`,
      cure: near === null ? 'leave it out' : `did you mean "${near}"?`,
    }
  }
  const options = issue.code === 'invalid_union' && 'options' in issue ? issue.options : undefined
  if (options !== undefined) {
    const near = suggest(toWord(issue.input, issue.path.at(-1)), options.map(String))
    const cure = near === null ? 'correct this field' : `did you mean "${near}"?`
    return { where: place, problem: issue.message, cure }
  }
  return { where: place, problem: issue.message, cure: 'correct this field' }
}

/** What stands in the field, whether zod names the field or what it is in. */
function toWord(input: unknown, key: PropertyKey | undefined): string {
  if (typeof input !== 'object' || input === null || key === undefined) return String(input)
  return String(Reflect.get(input, key))
}

function toPath(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
}
