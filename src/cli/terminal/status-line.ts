import { formatDuration } from '../duration.ts'
import { formatCost, formatCount } from '../figures.ts'
import { safeLine } from './safe-text.ts'
import { fitText } from './text-width.ts'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 120
// English text and code have about four characters to a token.
const charactersPerToken = 4

/** What the status line tells of. */
export type Progress = {
  startedAt: number
  /** Tool calls under way, oldest first. */
  running: ReadonlyMap<string, { label: string; startedAt: number }>
  /** What the agent is doing beside tools. */
  doing: string
  /** That the replies of this turn have put out. */
  outputTokens: number
  /** Characters that have streamed in since the last figures. */
  streamedCharacters: number
  /** Spent in the turns before, with the tokens that they put out. */
  spent: { costUsd: number; outputTokens: number }
}

/** One line: elapsed time, what runs now, tokens, cost. `~` marks an estimate: the figures of a reply come at its end. */
export function statusLine(progress: Progress, options: { now: number; columns: number }): string {
  const { now, columns } = options
  const elapsedMs = now - progress.startedAt
  const frame = frames[Math.floor(elapsedMs / frameMs) % frames.length] ?? ''
  const figures = figuresOf(progress)
  const head = `${frame} ${formatDuration(elapsedMs)} · `
  const tail = figures === '' ? '' : ` · ${figures}`
  const room = columns - 1 - head.length - tail.length
  return `${head}${fitText(safeLine(whatRuns(progress, now)), room)}${tail}`
}

function whatRuns({ running, doing }: Progress, now: number): string {
  const [oldest, ...others] = running.values()
  if (oldest === undefined) return doing
  const more = others.length === 0 ? '' : ` (+${others.length} more)`
  return `${formatDuration(now - oldest.startedAt)}${more} ${oldest.label}`
}

function figuresOf({ streamedCharacters, outputTokens, spent }: Progress): string {
  const streamed = Math.round(streamedCharacters / charactersPerToken)
  const tokens = spent.outputTokens + outputTokens + streamed
  const figures = []
  if (tokens > 0) figures.push(`${streamed > 0 ? '~' : ''}${formatCount(tokens)} tokens`)
  if (spent.costUsd > 0) figures.push(formatCost(spent.costUsd))
  return figures.join(' · ')
}
