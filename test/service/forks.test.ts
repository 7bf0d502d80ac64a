import { describe, expect, test } from 'vitest'
import type { OpenedHostler, Run } from '../../src/index.ts'
import { text } from '../../src/testing/index.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { realClaudes } from '../support/real-claude.ts'
import { openTestService } from '../support/service.ts'

async function say(hostler: OpenedHostler, sessionId: string, prompt: string): Promise<Run> {
  const run = await hostler.runs.submit({ sessionId, prompt })
  return await hostler.runs.wait(run.id, { timeoutMs: 30_000 })
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('S5: a fork knows what was said up to its run, and neither branch hears of the other', async () => {
    const script = ['r-1', 'r-2', 'r-fork', 'r-3', 'r-fork-2', 'r-late', 'r-again'].map((reply) =>
      text(reply),
    )
    await using world = await openTestService({ version, script })
    const hostler = await world.open()
    const knows = (words: string): boolean =>
      countInConversation(lastPrompt(world.model), words) > 0
    const parent = await hostler.sessions.create({ key: 'parent' })
    const first = await say(hostler, parent.id, 'p-1')
    await say(hostler, parent.id, 'p-2')
    const early = await hostler.sessions.fork(parent.id, { afterRun: first.id })
    const late = await hostler.sessions.fork(parent.id)
    expect([early, late]).toMatchObject([{ parentId: parent.id }, { parentId: parent.id }])

    expect(await say(hostler, early.id, 'p-fork')).toMatchObject({ outcome: 'ok', text: 'r-fork' })
    expect([knows('p-1'), knows('p-2'), knows('p-fork')]).toEqual([true, false, true])
    expect(await say(hostler, parent.id, 'p-3')).toMatchObject({ outcome: 'ok', text: 'r-3' })
    expect([knows('p-2'), knows('p-fork'), knows('p-3')]).toEqual([true, false, true])
    expect(await say(hostler, early.id, 'p-fork-2')).toMatchObject({ text: 'r-fork-2' })
    expect([knows('p-fork'), knows('p-2'), knows('p-3')]).toEqual([true, false, false])
    // Where it branches off was settled when it was made, not when it first spoke.
    expect(await say(hostler, late.id, 'p-late')).toMatchObject({ text: 'r-late' })
    expect([knows('p-2'), knows('p-3'), knows('p-late')]).toEqual([true, false, true])

    const all = await Promise.all([parent, early, late].map(({ id }) => hostler.sessions.get(id)))
    const ids = new Set(all.map(({ claudeSessionId }) => claudeSessionId))
    expect(ids.size).toBe(3)
    const turn = first.costUsd
    const turns = all.map(({ totals }) => Math.round(totals.costUsd / turn))
    expect(turns).toEqual([3, 2, 1])

    await hostler.close()
    const again = await world.open()
    expect(await say(again, early.id, 'p-again')).toMatchObject({ text: 'r-again' })
    expect([knows('p-fork-2'), knows('p-2'), knows('p-3')]).toEqual([true, false, false])
    const { claudeSessionId } = await again.sessions.get(early.id)
    expect(claudeSessionId).toBe(all[1]?.claudeSessionId)
  })
})
