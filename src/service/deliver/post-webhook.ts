import { toError } from '../../util/to-error.ts'
import type { Webhook } from '../contract/configuration.ts'
import { parseRetryAfter } from './retry-delay.ts'
import { signWebhook } from './sign-webhook.ts'

/** How a try went. `gone`: the receiver wants no more of it, or the address can never work. */
export type PostResult =
  | { kind: 'delivered'; status: number }
  | { kind: 'failed'; error: string; retryAfterMs: number | null }
  | { kind: 'gone'; error: string }

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/**
 * Sends one message, signed. No redirect is followed: it would take what the operator has addressed to
 * one place somewhere else.
 */
export async function postWebhook(
  webhook: Webhook,
  message: { id: string; body: string },
  options: { fetch: Fetch; timeoutMs: number; signal: AbortSignal },
): Promise<PostResult> {
  const problem = findAddressProblem(webhook.url)
  if (problem !== null) return { kind: 'gone', error: problem }
  const now = Date.now()
  try {
    const response = await options.fetch(webhook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'hostler',
        ...signWebhook({ ...message, sentAtMs: now }, webhook.secret),
      },
      body: message.body,
      redirect: 'manual',
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]),
    })
    // Not read: the status says all, and a body may be endless.
    await response.body?.cancel()
    return toResult(response, now)
  } catch (error) {
    return { kind: 'failed', error: describe(toError(error), options), retryAfterMs: null }
  }
}

function toResult(response: Response, now: number): PostResult {
  const { status } = response
  if (status >= 200 && status < 300) return { kind: 'delivered', status }
  if (status === 410) return { kind: 'gone', error: 'answered 410: wants no more of it' }
  const isRedirect = status >= 300 && status < 400
  const error = `answered ${status}${isRedirect ? ', a redirect, which is not followed' : ''}`
  const asksToWait = status === 429 || status === 503
  const retryAfterMs = asksToWait ? parseRetryAfter(response.headers.get('retry-after'), now) : null
  return { kind: 'failed', error, retryAfterMs }
}

function findAddressProblem(url: string): string | null {
  if (!URL.canParse(url)) return 'the url of the webhook is no URL'
  const { protocol, username, password } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:') return `cannot send to ${protocol} addresses`
  if (username !== '' || password !== '') return 'the url of the webhook has a password in it'
  return null
}

function describe(error: Error, { timeoutMs }: { timeoutMs: number }): string {
  if (error.name === 'TimeoutError') return `did not answer within ${timeoutMs} ms`
  if (error.name === 'AbortError') return 'was cut off, as hostler was stopped'
  // What went wrong on the way is in the cause; fetch itself says only that it failed.
  return error.cause instanceof Error ? error.cause.message || error.message : error.message
}
