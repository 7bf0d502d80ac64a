import { describe, expect, test } from 'vitest'
import { attachAgent, type TurnResult } from '../../src/agent/index.ts'
import { text, tool, type ReplyUsage } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { realClaudes } from '../support/real-claude.ts'

const usage = {
  inputTokens: 1000,
  outputTokens: 200,
  cacheReadTokens: 3000,
  cacheCreationTokens: 400,
} satisfies ReplyUsage

/** Tokens as a multiple of those of one reply. */
function tokens(times: number): Record<string, number> {
  return Object.fromEntries(Object.entries(usage).map(([name, count]) => [name, count * times]))
}

/** Of a cost in US dollars, as a multiple of another. */
function times(result: TurnResult | undefined, one: TurnResult): number {
  return (result?.costUsd ?? Number.NaN) / (one.costUsd ?? Number.NaN)
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('each turn is charged what its own replies cost, in whatever process it runs', async () => {
    const answer = text('answer', { usage })
    const call = tool('Bash', { command: 'true', description: 'nothing' }, { usage })
    await using world = await openTestWorld({
      version,
      script: [answer, call, call, answer, answer, answer, answer, answer, answer],
      options: { allowedTools: ['Bash'], model: 'claude-opus-4-8' },
    })
    await using first = await world.start()
    const one = await first.turn('1').result
    expect(one.costUsd).toBeGreaterThan(0)
    expect(one.usage).toMatchObject(tokens(1))
    expect(first.budgetLeftUsd).toBeNull()
    const three = await first.turn('2').result
    expect(three.usage).toMatchObject(tokens(3))
    expect(times(three, one)).toBeCloseTo(3, 9)
    // A local command costs nothing, and what follows is not charged for what came before.
    const command = await first.turn('/cost', { slashCommands: 'run' }).result
    expect(command.costUsd).toBe(0)
    expect(times(await first.turn('3').result, one)).toBeCloseTo(1, 9)

    await first.detach()
    await using second = await attachAgent(first.dir)
    expect(times(await second.lastTurn?.result, one)).toBeCloseTo(1, 9)
    const taken = await second.turn('4').result
    expect(times(taken, one)).toBeCloseTo(1, 9)
    expect(taken.usage).toMatchObject(tokens(1))
    await second.stop()

    const resume = taken.sessionId ?? ''
    await using resumed = await world.start({ resume })
    expect(times(await resumed.turn('5').result, one)).toBeCloseTo(1, 9)
    expect(times(await resumed.turn('6').result, one)).toBeCloseTo(1, 9)
    await using fork = await world.start({ resume, forkSession: true })
    expect(times(await fork.turn('7').result, one)).toBeCloseTo(1, 9)
    expect(world.model.errors).toEqual([])
  })

  test('a cleared conversation is charged from zero', async () => {
    await using world = await openTestWorld({
      version,
      script: { otherwise: text('answer', { usage }) },
    })
    await using agent = await world.start()
    const one = await agent.turn('1').result
    await agent.turn('2').result
    const cleared = await agent.turn('/clear', { slashCommands: 'run' }).result
    expect(cleared).toMatchObject({ outcome: 'ok', costUsd: 0 })
    const after = await agent.turn('3').result
    expect(times(after, one)).toBeCloseTo(1, 9)
    expect(after.sessionId).not.toBe(one.sessionId)
    expect(agent.sessionId).toBe(after.sessionId)
  })

  test('what is left of a budget is counted over the turns of a process, whoever follows it', async () => {
    const spend = { inputTokens: 1000, outputTokens: 1000 }
    const call = tool('Bash', { command: 'true', description: 'nothing' }, { usage: spend })
    const answer = text('answer', { usage: spend })
    await using world = await openTestWorld({
      version,
      script: [answer, answer, call, answer, answer],
      options: { allowedTools: ['Bash'], model: 'claude-opus-4-8', maxBudgetUsd: 0.1 },
    })
    await using first = await world.start()
    expect(first.budgetLeftUsd).toBe(0.1)
    const one = await first.turn('1').result
    expect(one.costUsd).toBeCloseTo(0.03, 9)
    expect(first.budgetLeftUsd).toBeCloseTo(0.07, 9)
    await first.turn('2').result
    await first.detach()
    await using second = await attachAgent(first.dir)
    await second.lastTurn?.result
    expect(second.budgetLeftUsd).toBeCloseTo(0.04, 9)
    expect((await second.turn('3').result).outcome).toBe('budget_exceeded')
    expect(second.budgetLeftUsd).toBe(0)
    expect(await second.turn('4').result).toMatchObject({ outcome: 'budget_exceeded', costUsd: 0 })
    await second.stop()

    // What the conversation has cost before does not count.
    await using resumed = await world.start({ resume: one.sessionId ?? '' })
    expect(resumed.budgetLeftUsd).toBe(0.1)
    expect(await resumed.turn('5').result).toMatchObject({ outcome: 'ok', costUsd: 0.03 })
    expect(resumed.budgetLeftUsd).toBeCloseTo(0.07, 9)
  })
})
