import type { AgentEvent } from '../../events/agent-event.ts'
import type { AgentRecord } from '../launch/agent-folder.ts'
import { noCost } from './cost.ts'
import { mayBeTorn, type JournalEntry, type PromptNote } from '../talk/journal.ts'
import { objectAt, stringAt, type Loose } from '../messages/loose.ts'
import { newTurnRun, type TurnRun } from './turn-run.ts'

/** The newest turn that a former supervisor gave to the agent, as its journal tells; `null` if none. */
export function adoptedTurn(
  journal: JournalEntry[],
  record: AgentRecord,
  iterate: (run: TurnRun) => AsyncIterator<AgentEvent>,
): TurnRun | null {
  const at = journal.findLastIndex((one) => isPrompt(one) && one.steers !== true)
  const entry = journal[at]
  if (entry?.line === undefined) return null
  const run = newTurnRun({
    promptId: stringAt(entry.line, 'uuid'),
    userMessage: entry.line,
    wantsStructuredOutput: record.wantsStructuredOutput,
    iterate,
  })
  run.sentAt = entry.at
  run.from = entry.out
  // Only then does it begin before its prompt: with what the CLI took up by itself.
  run.evidence.mayFollowAnother = entry.out === 0
  // One without figures was noted before the CLI had told those of the launch.
  const isNoted = Object.keys(entry.baseline?.byModel ?? {}).length > 0
  run.baseline = (isNoted ? entry.baseline : undefined) ?? {
    ...noCost,
    byModel: record.usageAtLaunch ?? {},
  }
  run.spentUsd = entry.spentUsd ?? 0
  run.awaitedMs = journal.findLast((one) => one.awaitedMs !== undefined)?.awaitedMs ?? 0
  run.evidence.rateLimit = entry.rateLimit ?? null
  for (const { line } of journal.slice(at + 1).filter(isPrompt)) {
    run.evidence.steered.set(stringAt(line ?? {}, 'uuid'), 'sent')
  }
  return run
}

function isPrompt({ line }: JournalEntry): boolean {
  return line?.['type'] === 'user'
}

/** The requests of the CLI that have been answered, by id. */
export function answeredRequests(journal: JournalEntry[]): Set<string> {
  const ids = new Set<string>()
  for (const { line } of journal) {
    if (line?.['type'] !== 'control_response') continue
    ids.add(stringAt(objectAt(line, 'response'), 'request_id'))
  }
  return ids
}

/**
 * The line whose fate is not known: it was noted, and then its writer died. It was written as a whole,
 * or not at all, or, being too long for one step, in part. Sending it again does no harm: the CLI
 * ignores a prompt's uuid that it knows and an answer to a request that is closed.
 */
export function doubtfulLine(
  journal: JournalEntry[],
  turn: TurnRun | null,
): { line: Loose; note: PromptNote & { from: number }; isTorn: boolean } | null {
  const entry = journal.at(-1)
  if (entry?.line === undefined) return null
  const { line, at: _at, out: from, ...note } = entry
  if (line['type'] === 'user' && turn !== null && isKnown(turn, stringAt(line, 'uuid'))) return null
  return { line, note: { ...note, from }, isTorn: mayBeTorn(journal) }
}

function isKnown({ evidence }: TurnRun, uuid: string): boolean {
  const state = evidence.steered.get(uuid)
  return state === undefined ? evidence.isReceived || evidence.hasRun : state !== 'sent'
}
