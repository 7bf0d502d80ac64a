import type { AgentEvent } from '../../events/agent-event.ts'
import type { TurnResult } from '../../events/turn-result.ts'
import { canAsk, type Io } from '../io.ts'
import { createEventPrinter } from '../terminal/event-printer.ts'
import type { Screen } from '../terminal/screen.ts'
import { turnSummary } from '../terminal/turn-summary.ts'
import type { OutputFormat } from './run-flags.ts'

/** Tells of turns in one of the output formats. */
export type Reporter = {
  begin(doing: string): void
  /** What is awaited from now on. */
  nowDoing(doing: string): void
  event(event: AgentEvent): void
  end(result: TurnResult, howToGoOn: string | null): void
}

export function createReporter(
  format: OutputFormat,
  options: { io: Io; screen: Screen; isVerbose: boolean; now?: () => number },
): Reporter {
  const { io } = options
  switch (format) {
    case 'text':
      return textReporter(options)
    case 'json':
      return {
        begin: () => undefined,
        nowDoing: () => undefined,
        event: () => undefined,
        end: (result) => writeJson(io, toJsonResult(result)),
      }
    case 'stream-json':
      return {
        begin: () => undefined,
        nowDoing: () => undefined,
        event: (event) => writeJson(io, event),
        end: (result) => writeJson(io, { type: 'turn_result', ...toJsonResult(result) }),
      }
    default:
      return format satisfies never
  }
}

/** What came of a turn, as scripts read it: every field is there, `null` where there is nothing. */
function toJsonResult(result: TurnResult): Record<string, unknown> {
  return { ...result, structuredOutput: result.structuredOutput ?? null }
}

function textReporter(options: {
  io: Io
  screen: Screen
  isVerbose: boolean
  now?: () => number
}): Reporter {
  const { io, screen } = options
  const printer = createEventPrinter(screen, options)
  return {
    begin: (doing) => printer.begin(doing),
    nowDoing: (doing) => printer.nowDoing(doing),
    event: (event) => printer.show(event),
    end(result, howToGoOn) {
      printer.end(result)
      const { paint, columns } = screen
      const lines = turnSummary(result, { paint, columns, howToGoOn, canAsk: canAsk(io) })
      for (const line of lines) screen.note(line)
    },
  }
}

function writeJson(io: Io, value: unknown): void {
  io.stdout.write(`${JSON.stringify(value)}\n`)
}
