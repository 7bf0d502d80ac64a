import type { FakeRecord } from '../fake/records.ts'
import { type Facts, nameOf } from './facts.ts'

/** What the fakes noted, and which prompts were submitted to be steered: a run forgets it with the turn that failed. */
export type Plays = { records: readonly FakeRecord[]; steered: ReadonlySet<string> }

/** What the fakes were really given: nothing twice without an attempt on record, and nothing side by side. */
export function provePlays(facts: Facts, plays: Plays): string[] {
  return [
    ...proveOnRecord(facts, plays),
    ...proveOneAtATime(facts, plays),
    ...proveAnswered(facts, plays),
  ]
}

/** No run has succeeded on the answer to another prompt: one that was steered must have had its own. */
function proveAnswered({ runs }: Facts, { records }: Plays): string[] {
  const ends = records.filter(({ what, how }) => what === 'end' && how !== 'interrupted')
  const answered = new Set(ends.map(({ prompt }) => prompt))
  return runs
    .filter(({ state }) => state === 'succeeded')
    .map((run) => ({ name: nameOf(run), said: run.text ?? '' }))
    .filter(({ name, said }) => !answered.has(name) && !said.startsWith(`${name} `))
    .map(({ name, said }) => `${name} succeeded with "${said}", and no agent has answered it`)
}

function proveOnRecord({ runs, attempts }: Facts, { records, steered }: Plays): string[] {
  const nameById = new Map(runs.map((run) => [run.id, nameOf(run)]))
  const onRecord = count(
    attempts.map(({ agent_id: agentId, run_id: runId }) => `${agentId} ${nameById.get(runId)}`),
  )
  const begun = records.filter(({ what }) => what === 'begin')
  const problems: string[] = []
  for (const [play, times] of count(begun.map(({ agentId, prompt }) => `${agentId} ${prompt}`))) {
    const [agentId = '', prompt = ''] = play.split(' ')
    // One that became part of another's turn had no attempt of its own; it gets one if that turn failed.
    const most = (onRecord.get(play) ?? 0) + (steered.has(prompt) ? 1 : 0)
    if (times <= most) continue
    problems.push(
      `${prompt} ran ${times} times in agent ${agentId}, with ${most} attempts on record`,
    )
  }
  return problems
}

/** No agent goes on with a conversation in which another has begun. */
function proveOneAtATime({ agents }: Facts, { records }: Plays): string[] {
  const problems: string[] = []
  const known = new Set(agents.map(({ id }) => id))
  const last = new Map<string, string>()
  for (const { what, conversation, agentId, prompt } of records) {
    if (!known.has(agentId)) problems.push(`agent ${agentId} is not in the store`)
    if (what === 'begin') last.set(conversation, agentId)
    const now = last.get(conversation)
    if (what === 'end' && now !== agentId) {
      problems.push(`${prompt} ended in agent ${agentId} while ${now} had the conversation`)
    }
  }
  return [...new Set(problems)]
}

export function count<T>(all: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>()
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}
