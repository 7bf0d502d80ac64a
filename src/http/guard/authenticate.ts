import { hostlerError } from '../../errors.ts'
import type { Scope } from '../../service/contract/operations.ts'
import type { Ends } from './guard.ts'
import { isLoopback } from './loopback.ts'
import type { Allowance, RateLimiter } from './rate-limiter.ts'
import type { TokenCache } from './token-cache.ts'

/** Who asks, and what is left to them. */
export type Identity = {
  actor: string
  scopes: readonly Scope[]
  allowance: Allowance
  /** Of an agent: the run that its token is for. */
  runId?: string
}

export type AuthenticateOptions = {
  tokens: TokenCache
  limiter: RateLimiter
  perMinute: number
  /** The server listens on loopback only. */
  isBoundToLoopback: boolean
  ends: Pick<Ends, 'remoteAddress' | 'isOfAgent'>
}

const makeToken = 'make one with: hostler token create'

/**
 * Finds out who asks. Without any token there is one user: whoever is on this machine, but for agents.
 * @throws HostlerError `unauthorized`, `too_many_requests`
 */
export async function authenticate(
  request: Request,
  { tokens, limiter, perMinute, isBoundToLoopback, ends }: AuthenticateOptions,
): Promise<Identity> {
  const address = ends.remoteAddress ?? '127.0.0.1'
  const addressKey = `address:${address}`
  const given = request.headers.get('authorization')
  if (given === null) {
    const allowance = assertAllowance(limiter.take(addressKey, perMinute))
    const isOpen = isBoundToLoopback && isLoopback(address) && !(await tokens.anyValid())
    // Whoever is on this machine may do all, but an agent's tools are nobody: they must not answer what
    // their agent asks.
    if (isOpen && (await ends.isOfAgent())) throw ofAgent()
    if (isOpen) return { actor: 'local', scopes: ['admin'], allowance }
    throw unauthorized('no token was given', `send "Authorization: Bearer hst_…"; ${makeToken}`)
  }
  const token = /^Bearer +(\S{1,300}) *$/i.exec(given)?.[1] ?? null
  // Whoever guesses tokens is slowed down before the database is asked.
  if (token === null || !tokens.knows(token)) assertAllowance(limiter.look(addressKey, perMinute))
  const verified = token === null ? null : await tokens.verify(token)
  if (verified === null) {
    limiter.take(addressKey, perMinute)
    throw unauthorized('the token is unknown, expired or revoked', makeToken)
  }
  const allowance = assertAllowance(limiter.take(`token:${verified.id}`, perMinute))
  const { runId } = verified
  if (runId !== undefined) return { actor: `agent:${runId}`, scopes: [], runId, allowance }
  return { actor: `token:${verified.label}`, scopes: verified.scopes, allowance }
}

/**
 * An agent has no human's rights, and nobody else an agent's.
 * @throws HostlerError `forbidden`, `run_token_needed`
 */
export function assertAccess(identity: Identity, wanted: readonly Scope[] | 'agent'): void {
  const isAgent = identity.runId !== undefined
  if (wanted === 'agent') {
    if (isAgent) return
    throw hostlerError('run_token_needed', {})
  }
  if (isAgent) throw hostlerError('forbidden', { scope: wanted[0] ?? 'admin' })
  assertScope(identity, wanted)
}

/** @throws HostlerError `forbidden` */
export function assertScope(identity: Identity, wanted: readonly Scope[]): void {
  const has = (scope: Scope): boolean => identity.scopes.includes(scope)
  if (has('admin') || wanted.some(has)) return
  throw hostlerError('forbidden', { scope: wanted[0] ?? 'admin' })
}

function assertAllowance(allowance: Allowance): Allowance {
  if (allowance.isAllowed) return allowance
  throw hostlerError('too_many_requests', { seconds: Math.max(1, allowance.waitSeconds) })
}

function ofAgent(): Error {
  return unauthorized(
    'processes of agents need a token, and this one has given none',
    'set runToken in the profile for what scripts may do, or give it a token: hostler token create',
  )
}

function unauthorized(problem: string, cure: string): Error {
  return hostlerError('unauthorized', { problem, cure })
}
