import type { HostlerError } from '../errors.ts'
import { errorStatuses } from './error-status.ts'

/** An error as RFC 9457 has it. `detail` is the error's message, `params` what it is about. */
export type Problem = {
  type: string
  title: string
  status: number
  detail: string
  /** The path that was asked for. */
  instance: string
  code: string
  cure: string
  /** The field of the body, query or header at fault. */
  field?: string
  params: Readonly<Record<string, string | number>>
}

/** What an error looks like to whoever asked for `instance`. */
export function toProblem(error: HostlerError, instance: string): Problem {
  const field = error.params['field']
  return {
    type: `urn:hostler:error:${error.code}`,
    title: error.code.replaceAll('_', ' '),
    status: errorStatuses[error.code],
    detail: error.message,
    instance,
    code: error.code,
    cure: error.cure,
    ...(field === undefined ? {} : { field: String(field) }),
    params: error.params,
  }
}

/** An error as an answer. `Retry-After` goes with those that pass by themselves. */
export function toProblemResponse(error: HostlerError, instance: string): Response {
  const problem = toProblem(error, instance)
  const headers = new Headers({ 'content-type': 'application/problem+json' })
  const retryAfter = retryAfterSeconds(error)
  if (retryAfter !== null) headers.set('retry-after', String(retryAfter))
  if (error.code === 'unauthorized') headers.set('www-authenticate', 'Bearer realm="hostler"')
  const allowed = error.params['allowed']
  if (error.code === 'method_not_allowed') headers.set('allow', String(allowed))
  const total = error.params['total']
  if (error.code === 'range_not_satisfiable') headers.set('content-range', `bytes */${total}`)
  // The rest of a body that is refused for its size is not worth reading.
  if (error.code === 'body_too_large') headers.set('connection', 'close')
  return new Response(JSON.stringify(problem), { status: problem.status, headers })
}

function retryAfterSeconds({ code, params }: HostlerError): number | null {
  if (code === 'too_many_requests') return Number(params['seconds'] ?? 1)
  if (code === 'not_accepting' || code === 'database_unavailable') return 5
  return null
}
