import type { AgentEvent } from '../../events/agent-event.ts'
import type { TurnResult } from '../../events/turn-result.ts'
import { formatDuration } from '../duration.ts'
import { toolTarget } from '../../events/tool-target.ts'
import { eventNote } from './event-notes.ts'
import { safeLine, safeText } from './safe-text.ts'
import type { Screen } from './screen.ts'
import { statusLine, type Progress } from './status-line.ts'
import { createTextBlocks, type TextBlocks } from './text-blocks.ts'
import { fitText } from './text-width.ts'

/** Shows the events of turns to a person. */
export type EventPrinter = {
  begin(doing: string): void
  /** What is awaited from now on, where no event of the agent says it. */
  nowDoing(doing: string): void
  show(event: AgentEvent): void
  /** The turn is over: takes the status line away, and writes what has not been written of the answer. */
  end(result: TurnResult): void
}

type Call = { label: string; startedAt: number; isOfSubagent: boolean }

// The CLI's own way of giving back a value for a schema; the value is the answer itself.
const outputTool = 'StructuredOutput'

export function createEventPrinter(
  screen: Screen,
  options: { isVerbose: boolean; now?: () => number },
): EventPrinter {
  const { now = Date.now } = options
  const { paint } = screen
  const running = new Map<string, Call>()
  const denied = new Set<string>()
  let isInterrupted = false
  const progress: Progress = {
    startedAt: now(),
    running,
    doing: '',
    outputTokens: 0,
    streamedCharacters: 0,
    spent: { costUsd: 0, outputTokens: 0 },
  }
  let blocks: TextBlocks = createTextBlocks(screen)

  function line(mark: string, text: string, after = ''): void {
    const room = screen.columns - 1 - mark.length - 1 - (after === '' ? 0 : after.length + 2)
    const tail = after === '' ? '' : `  ${paint.dim(after)}`
    screen.note(`${colour(mark)} ${fitText(safeLine(text), room)}${tail}`)
  }

  function colour(mark: string): string {
    if (mark.endsWith('✓')) return paint.green(mark)
    if (mark.endsWith('✗')) return paint.red(mark)
    return paint.dim(mark)
  }

  function dimLine(text: string): void {
    screen.note(paint.dim(`· ${fitText(safeLine(text), screen.columns - 3)}`))
  }

  function finishTool(event: Extract<AgentEvent, { type: 'tool_finished' }>): void {
    const call = running.get(event.toolUseId)
    running.delete(event.toolUseId)
    if (call === undefined || denied.delete(event.toolUseId)) return
    const mark = `${call.isOfSubagent ? '  ' : ''}${event.isError ? '✗' : '✓'}`
    line(mark, call.label, formatDuration(now() - call.startedAt))
    // An interrupted tool says only that it was.
    if ((event.isError && !isInterrupted) || options.isVerbose) showOutput(event.content)
  }

  /** Of an error its first words say the most; of the rest nobody wants more than the log has. */
  function showOutput(content: string): void {
    const lines = safeText(content)
      .split('\n')
      .filter((one) => one.trim() !== '')
    const shown = lines.slice(0, options.isVerbose ? 20 : 3)
    for (const one of shown) screen.note(paint.dim(`    ${fitText(one, screen.columns - 5)}`))
  }

  function showNote(event: AgentEvent): void {
    if (event.type === 'notice' && event.code === 'interrupting') isInterrupted = true
    const note = eventNote(event)
    if (note !== null) dimLine(note)
  }

  function show(event: AgentEvent): void {
    // The many others are looked at in eventNote, which knows them all.
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check
    switch (event.type) {
      case 'text_delta':
        progress.streamedCharacters += event.text.length
        progress.doing = 'writing'
        if (event.parentToolUseId === null) blocks.delta(event.text)
        break
      case 'thinking_delta':
        progress.streamedCharacters += event.text.length
        progress.doing = 'thinking'
        break
      case 'tool_input_delta':
        progress.streamedCharacters += event.json.length
        progress.doing = 'writing a tool call'
        break
      case 'reply_tokens':
        progress.streamedCharacters = 0
        progress.outputTokens += event.outputTokens
        break
      case 'text':
        if (event.parentToolUseId === null) blocks.block(event.text)
        break
      case 'thinking':
        if (options.isVerbose) for (const one of safeText(event.text).split('\n')) dimLine(one)
        break
      case 'tool_started':
        progress.doing = 'waiting for the model'
        if (event.toolName === outputTool) break
        running.set(event.toolUseId, {
          label: `${event.toolName} ${toolTarget(event.input)}`,
          startedAt: now(),
          isOfSubagent: event.parentToolUseId !== null,
        })
        break
      case 'tool_finished':
        finishTool(event)
        break
      case 'tool_denied':
        denied.add(event.toolUseId)
        dimLine(`denied: ${running.get(event.toolUseId)?.label ?? event.toolName}`)
        break
      default:
        showNote(event)
    }
  }

  return {
    begin(doing) {
      blocks = createTextBlocks(screen)
      isInterrupted = false
      progress.startedAt = now()
      progress.doing = doing
      screen.setStatus(() => {
        return paint.dim(statusLine(progress, { now: now(), columns: screen.columns }))
      })
    },
    nowDoing(doing) {
      progress.doing = doing
    },
    show,
    end(result) {
      screen.setStatus(null)
      screen.endLine()
      running.clear()
      progress.outputTokens = 0
      progress.streamedCharacters = 0
      progress.spent = {
        costUsd: progress.spent.costUsd + (result.costUsd ?? 0),
        outputTokens: progress.spent.outputTokens + result.usage.outputTokens,
      }
      if (result.structuredOutput !== undefined) {
        blocks.block(JSON.stringify(result.structuredOutput, null, 2))
      } else if (!blocks.hasWritten && result.outcome === 'ok') blocks.block(result.text)
    },
  }
}
