import { setTimeout as sleep } from 'node:timers/promises'
import type { Hostler, StoredRequest } from '../../../src/client/index.ts'
import type { Planned } from '../mix.ts'
import { codeOf, isPassing } from './reach.ts'

/** Answers what is asked, as planned, until it is told to stop. Counts the answers that were taken. */
export async function answerRequests(
  hostler: Hostler,
  options: {
    planOf: (name: string) => Planned | undefined
    onAnswered: () => void
    onProblem: (problem: string) => void
    signal: AbortSignal
  },
): Promise<void> {
  const { planOf, onAnswered, onProblem, signal } = options
  while (!signal.aborted) {
    try {
      const { items } = await hostler.requests.list({ state: 'open' }, { signal })
      for (const request of items) {
        const answer = planOf(nameOf(request))?.answer ?? null
        if (answer === null) continue
        await hostler.requests.answer(
          request.id,
          answer === 'allow' ? { behavior: 'allow' } : { behavior: 'deny', message: 'No.' },
          { signal },
        )
        onAnswered()
      }
    } catch (error) {
      const isLate = codeOf(error) === 'request_not_open'
      if (!signal.aborted && !isLate && !isPassing(error)) onProblem(codeOf(error))
    }
    await sleep(100, undefined, { signal }).catch(() => undefined)
  }
}

/** The fake and the script ask for `touch <name>`. */
function nameOf({ request }: StoredRequest): string {
  const input: unknown = 'input' in request ? request.input : null
  if (typeof input !== 'object' || input === null || !('command' in input)) return ''
  return String(input.command).split(' ')[1] ?? ''
}
