import { expect, test } from 'vitest'
import type { OpenedHostler, Run } from '../../src/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { createBilledModel } from '../support/billed-model.ts'
import { openTestService } from '../support/service.ts'
import { waitFor } from '../support/wait-for.ts'

test('a process that may spend too much, or too little, is replaced; else it stays', async () => {
  const bill = createBilledModel()
  const profile = { maxBudgetUsd: 0.002 }
  await using at = await openTestService({ script: { otherwise: bill.reply }, profile })
  const hostler = await at.open()
  const { id: sessionId } = await hostler.sessions.create({})
  const agents: (string | null | undefined)[] = []
  for (const options of [{}, {}, {}, { maxBudgetUsd: 0.0009 }]) {
    const run = await hostler.runs.submit({ sessionId, prompt: 'p .', options })
    agents.push((await ended(hostler, run)).attempts[0]?.agentId)
  }
  const [one, two, three, four] = agents
  // 94 % of it are left, then 83 %: too little for a turn that may cost all of it.
  expect(two).toBe(one)
  expect(three).not.toBe(two)
  expect(four).not.toBe(three)
})

test('a real turn that has used up what the day had left goes on when it begins anew', async () => {
  const time = { now: Date.parse('2026-11-20T12:00:00Z') }
  // 100 micro-dollars for each reply.
  const usage = { inputTokens: 25, outputTokens: 0 }
  await using at = await openTestService({
    script: {
      otherwise: ({ conversation }) =>
        conversation.includes('tool_result')
          ? text('done', { usage })
          : tool('Bash', { command: 'echo x', description: 'x' }, { usage }),
    },
    clock: () => time.now,
    profile: { allowedTools: ['Bash'] },
    // The CLI looks after each reply: the second one is too much.
    configuration: { budgets: { maxDayUsd: 0.00015 } },
  })
  const hostler = await at.open()
  const { id: sessionId } = await hostler.sessions.create({})
  const run = await hostler.runs.submit({ sessionId, prompt: 'go' })
  const waiting = await waitFor(
    async () => {
      const now = await hostler.runs.get(run.id)
      return now.waiting?.until === Date.parse('2026-11-21T00:00:00Z') ? now : null
    },
    { timeoutMs: 20_000 },
  )
  expect(waiting).toMatchObject({ costUsd: 0.0002, attempts: [{ outcome: 'budget_exceeded' }] })
  time.now = Date.parse('2026-11-21T00:00:01Z')
  // Whatever comes makes the worker look what is due.
  await hostler.runs.submit({ key: 'other', prompt: 'more' })
  const done = await ended(hostler, run)
  expect(done.attempts.map(({ outcome }) => outcome)).toEqual(['budget_exceeded', 'ok'])
  expect(done).toMatchObject({ text: 'done', costUsd: 0.0003 })
})

async function ended(hostler: OpenedHostler, run: Run): Promise<Run> {
  const done = await hostler.runs.wait(run.id, { timeoutMs: 20_000 })
  expect(done).toMatchObject({ state: 'succeeded' })
  return done
}
