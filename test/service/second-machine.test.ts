import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { follow, runEnds, seqsOf } from '../support/follow.ts'
import { openMachines } from '../support/machines.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

const limit = { timeoutMs: 40_000 }

describe.each(realClaudes)('claude $version', ({ path: claudeBin }) => {
  test('a session whose worker is gone goes on at another, which knows the conversation', async () => {
    const script = ['ANSWER-1', 'ANSWER-2', 'ANSWER-3'].map((one) => text(one))
    await using world = await openMachines(postgres, { script, claudeBin })
    const a = await world.machine('a')
    const onA = await a.open()
    for (const prompt of ['PROMPT-1', 'PROMPT-2']) {
      const { id } = await onA.runs.submit({ key: 'k', prompt })
      expect(await onA.runs.wait(id, limit)).toMatchObject({ outcome: 'ok' })
    }
    const before = await onA.sessions.get('key:k')
    await onA.close()
    await a.vanish()

    const b = await world.machine('b')
    const onB = await b.open()
    const { id } = await onB.runs.submit({ key: 'k', prompt: 'PROMPT-3' })
    const done = await onB.runs.wait(id, limit)
    expect(done, b.logged.join('')).toMatchObject({ outcome: 'ok', text: 'ANSWER-3' })
    expect(done.attempts).toHaveLength(1)
    const request = lastPrompt(world.model)
    for (const said of ['PROMPT-1', 'ANSWER-1', 'PROMPT-2', 'ANSWER-2', 'PROMPT-3']) {
      expect([said, countInConversation(request, said)]).toEqual([said, 1])
    }
    const after = await onB.sessions.get('key:k')
    expect(after.claudeSessionId).toBe(before.claudeSessionId)
    expect(after.totals.runs).toBe(3)
  })

  test('a turn whose worker and agent were killed is done again at another, and answered once', async () => {
    const of2 = { when: { lastUserText: 'PROMPT-2' } }
    await using world = await openMachines(postgres, {
      claudeBin,
      profile: { allowedTools: ['Bash'] },
      script: [
        text('ANSWER-1'),
        tool('Bash', { command: 'touch begun; while [ ! -e go ]; do sleep 0.05; done' }, of2),
        text('ANSWER-2', { repeat: true, ...of2 }),
        text('ANSWER-3'),
      ],
    })
    const a = await world.machine('a')
    const workerA = await a.start({ kind: 'worker' })
    const front = await world.machine('front').then((one) => one.open({ worker: false }))
    const first = await front.runs.submit({ key: 'k', prompt: 'PROMPT-1' })
    expect(await front.runs.wait(first.id, limit), workerA.log()).toMatchObject({ outcome: 'ok' })
    const second = await front.runs.submit({ key: 'k', prompt: 'PROMPT-2' })
    const third = await front.runs.submit({ key: 'k', prompt: 'PROMPT-3' })
    await waitFor(() => existsSync(join(world.workspace, 'begun')), limit)
    await a.vanish()
    const b = await world.machine('b')
    await b.open()

    const [done, next] = await Promise.all(
      [second, third].map(({ id }) => front.runs.wait(id, limit)),
    )
    expect(done, b.logged.join('')).toMatchObject({ outcome: 'ok', text: 'ANSWER-2' })
    expect(done?.attempts.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'lost'],
      [2, 'ok'],
    ])
    expect(next).toMatchObject({ outcome: 'ok', text: 'ANSWER-3' })
    const request = lastPrompt(world.model)
    for (const said of ['PROMPT-1', 'ANSWER-1', 'PROMPT-2', 'ANSWER-2', 'PROMPT-3']) {
      expect([said, countInConversation(request, said)]).toEqual([said, 1])
    }
    await using followed = follow(front, second.sessionId)
    await waitFor(() => runEnds(followed.events).length === 3)
    expect(seqsOf(followed.events)).toEqual(followed.events.map((_, index) => index + 1))
    expect(runEnds(followed.events)).toEqual(['ANSWER-1', 'ANSWER-2', 'ANSWER-3'])
  })
})
