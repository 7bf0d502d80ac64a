import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isErrno } from '../../util/is-errno.ts'
import { ConfigProblem } from './config-problem.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Surroundings = { env: Environment; baseDir: string }

/**
 * Replaces `${NAME}`, `${NAME:-default}` and `${file:/path}` in every text; `$${` stands for `${`. What
 * comes in is not looked through again. A file's last line break is left out, as editors add one.
 * @throws ConfigProblem
 */
export function resolveReferences(
  value: unknown,
  surroundings: Surroundings,
  path: readonly PropertyKey[] = [],
): unknown {
  if (typeof value === 'string') return resolveText(value, surroundings, path)
  if (Array.isArray(value)) {
    return value.map((one, index) => resolveReferences(one, surroundings, [...path, index]))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      resolveReferences(one, surroundings, [...path, key]),
    ]),
  )
}

function resolveText(text: string, around: Surroundings, path: readonly PropertyKey[]): string {
  let result = ''
  let at = 0
  for (;;) {
    const start = text.indexOf('${', at)
    if (start === -1) return result + text.slice(at)
    if (text[start - 1] === '$' && start > at) {
      result += `${text.slice(at, start - 1)}\${`
      at = start + 2
      continue
    }
    const end = closingBrace(text, start + 2)
    if (end === null) {
      const cure = 'close it with "}", or write $${ for the characters themselves'
      throw new ConfigProblem(path, 'has a "${" without its "}"', cure)
    }
    result += text.slice(at, start) + resolveOne(text.slice(start + 2, end), around, path)
    at = end + 1
  }
}

/** Where the brace that was opened before `from` is closed; others may be opened in between. */
function closingBrace(text: string, from: number): number | null {
  let depth = 1
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('${', at)) depth++
    if (text[at] === '}' && --depth === 0) return at
  }
  return null
}

function resolveOne(inner: string, around: Surroundings, path: readonly PropertyKey[]): string {
  if (inner.startsWith('file:')) {
    return readSecret(resolveText(inner.slice('file:'.length), around, path), around, path)
  }
  const [, name, byDefault] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/.exec(inner) ?? []
  if (name === undefined) {
    const cure =
      'write ${NAME}, ${NAME:-default} or ${file:/path}, or $${ for the characters themselves'
    throw new ConfigProblem(path, `"\${${inner}}" is no reference`, cure)
  }
  const value = around.env[name]
  if (byDefault === undefined) {
    if (value !== undefined) return value
    const cure = `set it, or write \${${name}:-default}`
    throw new ConfigProblem(path, `the environment variable ${name} is not set`, cure)
  }
  return value === undefined || value === '' ? resolveText(byDefault, around, path) : value
}

function readSecret(name: string, around: Surroundings, path: readonly PropertyKey[]): string {
  const file = resolve(around.baseDir, name)
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const isMissing = isErrno(error, 'ENOENT')
    const reason = error instanceof Error ? error.message : String(error)
    const problem = isMissing ? `there is no file "${file}"` : `cannot read "${file}": ${reason}`
    throw new ConfigProblem(path, problem, 'create it, or name another one')
  }
}
