import { query, startup, type Options, type SDKUserMessage } from '@anthropic-ai/claude-agent-sdk'
import {
  createStopwatch,
  type OpenSession,
  type SessionOptions,
  type TurnFigures,
} from './session.ts'

/** The Claude Agent SDK in streaming input mode, which keeps its CLI alive between turns. */
export const openAgentSdk: OpenSession = async (options) => {
  const prompts = createPrompts()
  const messages = query({ prompt: prompts.stream(), options: toOptions(options) })
  return {
    ready: messages.initializationResult(),
    async turn(prompt) {
      const watch = createStopwatch()
      prompts.push(prompt)
      for (;;) {
        const { value, done } = await messages.next()
        if (done === true) throw new Error('the Agent SDK ended the conversation')
        watch.count()
        if (watch.see(value)) return watch.figures()
      }
    },
    async close() {
      prompts.end()
      messages.close()
      await messages.return(undefined)
    },
  }
}

/** A one-shot `query`: from the call to its result. */
export async function coldQuery(prompt: string, options: SessionOptions): Promise<TurnFigures> {
  const watch = createStopwatch()
  return await readToEnd(query({ prompt, options: toOptions(options) }), watch)
}

/** `startup` ahead of time; the returned function runs the first turn. */
export async function prewarmQuery(
  options: SessionOptions,
): Promise<(prompt: string) => Promise<TurnFigures>> {
  const warm = await startup({ options: toOptions(options) })
  return async (prompt) => {
    const watch = createStopwatch()
    return await readToEnd(warm.query(prompt), watch)
  }
}

async function readToEnd(
  messages: AsyncIterable<{ type?: unknown; state?: unknown }>,
  watch: ReturnType<typeof createStopwatch>,
): Promise<TurnFigures> {
  let figures: TurnFigures | null = null
  // To the very end, so that its process is gone before the next one is measured.
  for await (const message of messages) {
    watch.count()
    if (watch.see(message)) figures ??= { ...watch.figures() }
  }
  return figures ?? watch.figures()
}

function toOptions({ claudeBin, env, cwd }: SessionOptions): Options {
  return {
    pathToClaudeCodeExecutable: claudeBin,
    cwd,
    env,
    includePartialMessages: true,
    // As the bare CLI has it, and hostler.
    systemPrompt: { type: 'preset', preset: 'claude_code' },
    settingSources: ['user', 'project', 'local'],
  }
}

function createPrompts(): {
  push: (prompt: string) => void
  end: () => void
  stream: () => AsyncGenerator<SDKUserMessage>
} {
  const queue: SDKUserMessage[] = []
  let isEnded = false
  let wake: () => void = () => undefined
  return {
    push(prompt) {
      queue.push({
        type: 'user',
        message: { role: 'user', content: prompt },
        parent_tool_use_id: null,
      })
      wake()
    },
    end() {
      isEnded = true
      wake()
    },
    async *stream() {
      while (!isEnded) {
        const next = queue.shift()
        if (next !== undefined) yield next
        else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    },
  }
}
