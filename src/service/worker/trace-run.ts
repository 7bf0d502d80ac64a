import { context, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import type { AgentEvent } from '../../events/agent-event.ts'
import type { TurnResult } from '../../events/turn-result.ts'
import { toError } from '../../util/to-error.ts'
import type { Serve } from './worker-parts.ts'

/** The spans of one serving: run, attempt, turn, and a span for each tool call. */
export type RunTrace = {
  attemptBegun(what: { number: number; agentId: string; agent: string }): void
  turnBegun(): void
  hear(event: AgentEvent): void
  turnEnded(result: TurnResult): void
  failed(error: unknown): void
  /** Ends whatever is still open. */
  end(): void
}

/**
 * Tells OpenTelemetry, when the program has set up an SDK, what happens in a run; costs next to nothing
 * when it has not. Names follow the words of the documentation, with the prefix `hostler.`.
 */
export function traceRun({ run, session }: Pick<Serve, 'run' | 'session'>): RunTrace {
  const tracer = trace.getTracer('hostler')
  const open: Span[] = []
  const tools = new Map<string, Span>()

  function begin(name: string, attributes: Record<string, string | number>): Span {
    const parent = open.at(-1)
    const active = parent === undefined ? context.active() : trace.setSpan(context.active(), parent)
    return tracer.startSpan(name, { attributes }, active)
  }

  function endTools(): void {
    for (const span of tools.values()) span.end()
    tools.clear()
  }

  open.push(
    begin('hostler.run', {
      'hostler.run.id': run.id,
      'hostler.session.id': session.id,
      'hostler.profile': session.profile,
    }),
  )
  return {
    attemptBegun: ({ number, agentId, agent }) =>
      void open.push(
        begin('hostler.attempt', {
          'hostler.attempt.number': number,
          'hostler.agent.id': agentId,
          'hostler.agent.kind': agent,
        }),
      ),
    turnBegun: () => void open.push(begin('hostler.turn', { 'hostler.prompt.id': run.prompt_id })),
    hear(event) {
      if (event.type === 'tool_started') {
        tools.set(event.toolUseId, begin('hostler.tool', { 'hostler.tool.name': event.toolName }))
      } else if (event.type === 'tool_finished') {
        const span = tools.get(event.toolUseId)
        if (event.isError) span?.setStatus({ code: SpanStatusCode.ERROR })
        span?.end()
        tools.delete(event.toolUseId)
      }
    },
    turnEnded({ outcome, costUsd, usage }) {
      endTools()
      const span = open.at(-1)
      span?.setAttributes({
        'hostler.outcome': outcome,
        'hostler.tokens.input': usage.inputTokens,
        'hostler.tokens.output': usage.outputTokens,
        ...(costUsd === null ? {} : { 'hostler.cost.usd': costUsd }),
      })
      if (outcome !== 'ok') span?.setStatus({ code: SpanStatusCode.ERROR, message: outcome })
    },
    failed(error) {
      const span = open.at(-1)
      span?.recordException(toError(error))
      span?.setStatus({ code: SpanStatusCode.ERROR, message: toError(error).message })
    },
    end() {
      endTools()
      for (let span = open.pop(); span !== undefined; span = open.pop()) span.end()
    },
  }
}
