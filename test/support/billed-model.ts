import { type ModelRequest, type Reply, text, tool } from '../../src/testing/index.ts'

/** Tokens and prices of the model that the CLI takes by default. Micro-dollars a token. */
const prices: Readonly<
  Record<string, { input: number; output: number; read: number; write: number }>
> = {
  'claude-opus-5-5': { input: 4, output: 20, read: 0.2, write: 5 },
  'claude-opus-4-8': { input: 5, output: 25, read: 0.5, write: 6.25 },
}

/** A model that bills each of its replies, all different, and knows its bill. */
export type BilledModel = {
  reply: (request: ModelRequest) => Reply
  /** Micro-dollars for all replies that were sent to their end. */
  bill(): number
}

/**
 * Prompts with `tool` make it use one first; with `hold` it waits before its first reply to them, with
 * `late` before the one to the tool's result, each once, until the prompt's name, `p1`, is released.
 */
export function createBilledModel(): BilledModel {
  const billed: { request: ModelRequest; micros: number }[] = []
  const held = new Set<string>()
  return {
    reply(request) {
      const { hasToolResult } = request
      // A prompt whose turn was interrupted, and what the CLI says of that, may stand before it.
      const prompt =
        /\bp\d+ (?!.*\bp\d+ ).*/s.exec(request.lastUserText)?.[0] ?? request.lastUserText
      const n = billed.length + 1
      const usage = {
        inputTokens: 10 + n,
        outputTokens: 3 * n,
        // So many that nothing is a fraction of a micro-dollar: what is rounded could hide what is lost.
        cacheReadTokens: 10 * n,
        cacheCreationTokens: 4 * n,
      }
      const price = prices[request.model]
      if (price === undefined) throw new Error(`no price for ${request.model}`)
      const micros =
        usage.inputTokens * price.input +
        usage.outputTokens * price.output +
        usage.cacheReadTokens * price.read +
        usage.cacheCreationTokens * price.write
      billed.push({ request, micros })
      const [name = ''] = prompt.split(' ')
      const isHeld = prompt.includes(hasToolResult ? ' late' : ' hold') && !held.has(name)
      if (isHeld) held.add(name)
      const extras = { usage, ...(isHeld ? { hold: name } : {}) }
      return prompt.includes(' tool') && !hasToolResult
        ? tool('Bash', { command: 'echo x', description: 'x' }, extras)
        : text(`reply ${n}`, extras)
    },
    bill() {
      const sent = billed.filter(({ request }) => request.end === 'finished')
      return sent.reduce((sum, { micros }) => sum + micros, 0)
    },
  }
}
