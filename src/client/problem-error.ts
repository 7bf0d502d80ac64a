import { HostlerError, hostlerError, isErrorCode } from '../errors.ts'

/**
 * The error that the server had, from its problem details (RFC 9457): the same code, message, cure and
 * params as if it had happened in this process.
 */
export async function toProblemError(response: Response, url: string): Promise<HostlerError> {
  const text = await response.text().catch(() => '')
  const problem = toObject(text)
  const error = parseProblem(problem)
  if (error !== null) return error
  if (problem === null && [502, 503, 504].includes(response.status)) {
    return toUnreachable(url, `what stands before it answered ${response.status}`)
  }
  return hostlerError('server_failed', {
    url,
    status: response.status,
    problem: typeof problem?.['detail'] === 'string' ? problem['detail'] : describe(response, text),
    cure: 'is this the address of hostler? its log may know more',
  })
}

/** The error in problem details; `null` when they are not ours. */
export function parseProblem(value: unknown): HostlerError | null {
  const { code, detail, cure, params, field } = toRecord(value) ?? {}
  if (typeof code !== 'string' || !isErrorCode(code) || typeof detail !== 'string') return null
  return new HostlerError(code, {
    message: detail,
    cure: typeof cure === 'string' ? cure : '',
    params: toParams({ ...toRecord(params), ...(field !== undefined && { field }) }),
  })
}

export function toUnreachable(url: string, problem: string, cause?: unknown): HostlerError {
  return hostlerError(
    'server_unreachable',
    {
      url,
      problem,
      cure: 'start hostler serve there, or give the address of a running one',
    },
    cause === undefined ? {} : { cause },
  )
}

/** Why a fetch failed, in words. Node hides it in `cause`; browsers tell nobody. */
export function describeFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? cause.code : null
  if (code === 'ECONNREFUSED') return 'nothing listens there'
  if (code === 'ENOTFOUND') return 'no such host'
  if (cause instanceof Error && cause.message !== '') return cause.message
  return typeof code === 'string' ? code : 'the connection failed'
}

function describe(response: Response, text: string): string {
  const location = response.headers.get('location')
  if (location !== null) return `a redirect to ${location}`
  const head = text.trim().replaceAll(/\s+/g, ' ').slice(0, 200)
  return head === '' ? response.statusText || 'nothing more' : head
}

function toObject(text: string): Record<string, unknown> | null {
  try {
    return toRecord(JSON.parse(text))
  } catch {
    return null
  }
}

function toRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? { ...value } : null
}

function toParams(values: Record<string, unknown>): Record<string, string | number> {
  const params: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string' || typeof value === 'number') params[name] = value
  }
  return params
}
