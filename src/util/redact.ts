/** What stands where a secret was. */
export const redacted = '[redacted]'

/** Keys whose values are secrets, in lower case and without `-` and `_`. */
const secretKeys = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'xapikey',
  'apikey',
  'oauthtoken',
  'accesstoken',
  'refreshtoken',
  'token',
  'secret',
  'clientsecret',
  'password',
  'passwd',
  'env',
  'headers',
])

// Tokens of hostler, logins of Claude, keys of Standard Webhooks, HTTP logins, passwords in URLs, and
// variables that are named as secrets.
const secretForms: readonly [RegExp, string][] = [
  [/\bhst_[A-Za-z0-9_-]{4,}/g, `hst_${redacted}`],
  [/\bsk-ant-[A-Za-z0-9_-]{4,}/g, `sk-ant-${redacted}`],
  [/\bwhsec_[A-Za-z0-9+/=_-]{4,}/g, `whsec_${redacted}`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{4,}/gi, `$1 ${redacted}`],
  [/\b([a-z][a-z0-9+.-]*:\/\/)([^\s/?#@:]*):[^\s/?#@]+@/gi, `$1$2:${redacted}@`],
  [/([?&](?:token|access_token|api_key|apikey|secret|password|sig)=)[^&\s"']+/gi, `$1${redacted}`],
  [/\b([A-Z0-9_]*(?:API_KEY|TOKEN|SECRET|PASSWORD))=[^\s"']+/g, `$1=${redacted}`],
]

// "1" and "true" are values of variables too, and would be found everywhere.
const minSecretLength = 8
const maxDepth = 20

/** Takes secrets out of a text: those of a known form, and those that are `known` by themselves. */
export function redactText(text: string, known: readonly string[] = []): string {
  let result = text
  for (const secret of known) {
    if (secret.length >= minSecretLength) result = result.replaceAll(secret, redacted)
  }
  for (const [form, instead] of secretForms) result = result.replace(form, instead)
  return result
}

/**
 * A copy of anything, fit for JSON, without secrets: in texts, and under keys that are named as such.
 * Of `env` and `headers` the names are kept. Errors become objects, circles are cut.
 */
export function redactValue(value: unknown, known: readonly string[] = []): unknown {
  return copy(value, { known, depth: 0, parents: [] })
}

type Place = { known: readonly string[]; depth: number; parents: readonly object[] }

function copy(value: unknown, place: Place): unknown {
  if (typeof value === 'string') return redactText(value, place.known)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (place.parents.includes(value) || place.depth >= maxDepth) return '[…]'
  const inside = { ...place, depth: place.depth + 1, parents: [...place.parents, value] }
  if (Array.isArray(value)) return value.map((one) => copy(one, inside))
  if (value instanceof Date) return value.toJSON()
  if (value instanceof URL) return redactText(value.href, place.known)
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`
  const entries = value instanceof Error ? errorEntries(value) : Object.entries(value)
  return Object.fromEntries(
    entries.map(([key, one]) => [key, isSecretKey(key) ? hide(one) : copy(one, inside)]),
  )
}

function errorEntries(error: Error): [string, unknown][] {
  const { name, message, stack, cause, ...rest } = error
  const known: [string, unknown][] = [
    ['type', name],
    ['message', message],
    ['stack', stack],
  ]
  return [
    ...known,
    ...Object.entries(rest),
    ...(cause === undefined ? [] : [['cause', cause] satisfies [string, unknown]]),
  ]
}

function isSecretKey(key: string): boolean {
  return secretKeys.has(key.toLowerCase().replaceAll(/[-_]/g, ''))
}

function hide(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return value === null || value === undefined ? value : redacted
  }
  if (Array.isArray(value)) return value.map(() => redacted)
  return Object.fromEntries(Object.keys(value).map((name) => [name, redacted]))
}
