import type { SessionEvent } from '../events/session-event.ts'
import type { Run } from '../service/contract/run.ts'

// What a client reads fills its model's context: a prompt of a megabyte would be all that it can hold.
const promptLength = 2_000
const rowLength = 300
const eventTextLength = 2_000

/** A run with its whole reply. Its prompt is cut: whoever asks has mostly sent it. */
export function toRunView({ prompt, ...run }: Run): Record<string, unknown> {
  return { ...run, prompt: cut(textOf(prompt), promptLength) }
}

/** A run as a line of a list. */
export function toRunRow(run: Run): Record<string, unknown> {
  const { id, sessionId, sessionKey, state, waiting, held, ahead, outcome, error } = run
  const { labels, progress, parentRunId, costUsd, createdAt, startedAt, endedAt } = run
  return {
    id,
    sessionId,
    sessionKey,
    state,
    waiting,
    held,
    ahead,
    outcome,
    error,
    prompt: cut(textOf(run.prompt), rowLength),
    text: run.text === null ? null : cut(run.text, rowLength),
    labels,
    progress,
    parentRunId,
    costUsd,
    createdAt,
    startedAt,
    endedAt,
  }
}

/** An event whose long texts are cut. */
export function toEventView(event: SessionEvent): unknown {
  return withCutTexts(event)
}

function withCutTexts(value: unknown): unknown {
  if (typeof value === 'string') return cut(value, eventTextLength)
  if (Array.isArray(value)) return value.map(withCutTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withCutTexts(one)]))
}

function textOf(prompt: Run['prompt']): string {
  if (typeof prompt === 'string') return prompt
  return prompt.map((block) => (block.type === 'text' ? block.text : `[${block.type}]`)).join('\n')
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text
  // Half of a character that takes two places is none.
  const head = text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')
  return `${head}… (${text.length} characters)`
}
