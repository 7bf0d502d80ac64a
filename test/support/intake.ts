import { waitFor } from './wait-for.ts'

/** What an HTTP client is told: status, headers and the JSON of the body. */
export type Answer = { status: number; headers: Headers; body: Record<string, unknown> }

/** Asks a daemon over its socket. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000), ...init })
  const { status, headers } = response
  const text = await response.text()
  return { status, headers, body: text === '' ? {} : JSON.parse(text) }
}

/** Submits as a program without our client would. */
export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return await ask(`${url}/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

/**
 * Submits until it is refused, each to a session of its own. Returns the refusal, and the ids of the
 * runs that were still taken: those must not be lost.
 */
export async function postUntilRefused(
  url: string,
  name: string,
): Promise<{ refusal: Answer; accepted: string[] }> {
  const accepted: string[] = []
  const refusal = await waitFor(
    async () => {
      const answer = await post(url, { key: `${name}-${accepted.length}`, prompt: 'plain' })
      if (answer.status !== 202) return answer
      accepted.push(String(answer.body['id']))
      return null
    },
    { timeoutMs: 30_000, what: 'a refusal' },
  )
  return { refusal, accepted }
}

/** Waits until `/readyz` says what is wanted, and returns what it says. */
export async function waitForReadiness(url: string, ready: boolean): Promise<Answer> {
  return await waitFor(
    async () => {
      const answer = await ask(`${url}/readyz`)
      return answer.status === (ready ? 200 : 503) ? answer : null
    },
    { timeoutMs: 30_000, what: `/readyz with ready: ${ready}` },
  )
}
