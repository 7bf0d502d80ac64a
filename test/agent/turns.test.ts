import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { AgentEvent } from '../../src/agent/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { toMark } from '../support/log-events.ts'
import { realClaudes } from '../support/real-claude.ts'

async function collect(events: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  const all: AgentEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

/** What of a turn's events does not depend on how they are cut. */
function spoken(events: AgentEvent[]): string[] {
  return events.flatMap((one) => (one.type === 'text' ? [one.text] : []))
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('prompts wait for each other and are answered in order, each for itself', async () => {
    await using world = await openTestWorld({
      version,
      script: [text('r-1', { hold: 'first' }), text('r-2'), text('r-3'), text('r-4')],
    })
    await using agent = await world.start()
    const turns = ['p-1', 'p-2', 'p-3', 'p-4'].map((prompt) => agent.turn(prompt))
    const heard = turns.map((turn) => collect(turn))
    expect(agent.currentTurn).toBe(turns[0])
    expect(() => agent.turn('p-5', { onBusy: 'refuse' })).toThrow(
      expect.objectContaining({ code: 'agent_busy' }),
    )
    world.model.release('first')
    const results = await Promise.all(turns.map((turn) => turn.result))
    expect(results.map((one) => [one.outcome, one.text])).toEqual([
      ['ok', 'r-1'],
      ['ok', 'r-2'],
      ['ok', 'r-3'],
      ['ok', 'r-4'],
    ])
    expect(results.map((one) => one.promptId)).toEqual(turns.map((turn) => turn.promptId))
    // Nobody hears the events of another's turn, however early he listened.
    expect((await Promise.all(heard)).map(spoken)).toEqual([['r-1'], ['r-2'], ['r-3'], ['r-4']])
    expect(agent).toMatchObject({ state: 'idle', currentTurn: null, lastTurn: turns[3] })
    for (const prompt of ['p-1', 'p-2', 'p-3', 'p-4']) {
      expect(countInConversation(lastPrompt(world.model), `"${prompt}"`)).toBe(1)
    }
  })

  test('a signal ends the turn that it was given to, queued or running, and no other', async () => {
    await using world = await openTestWorld({
      version,
      script: [text('r-1', { hold: 'never' }), text('r-3')],
    })
    await using agent = await world.start()
    const running = new AbortController()
    const queued = new AbortController()
    const first = agent.turn('p-1', { signal: running.signal })
    const second = agent.turn('p-2', { signal: queued.signal })
    const third = agent.turn('p-3')
    await world.model.waitForRequest()
    queued.abort()
    expect(await second.result).toMatchObject({ outcome: 'cancelled', costUsd: 0, durationMs: 0 })
    expect(await collect(second)).toEqual([])
    expect(agent.currentTurn).toBe(first)
    running.abort()
    expect(await first.result).toMatchObject({ outcome: 'cancelled' })
    expect(await third.result).toMatchObject({ outcome: 'ok', text: 'r-3' })
    expect(lastPrompt(world.model)?.conversation).not.toContain('p-2')

    const early = agent.turn('p-4', { signal: AbortSignal.abort() })
    expect(await early.result).toMatchObject({ outcome: 'cancelled' })
    expect(world.model.prompts).toHaveLength(2)
  })

  test('an interrupt ends the running turn alone; the agent goes on with the next', async () => {
    await using world = await openTestWorld({
      version,
      script: [
        tool('Bash', { command: 'until [ -e go ]; do sleep 0.05; done', description: 'wait' }),
        text('r-2'),
        text('r-3'),
      ],
    })
    await using agent = await world.start({ allowedTools: ['Bash'] })
    const { pid } = agent
    const first = agent.turn('p-1')
    const second = agent.turn('p-2')
    for await (const event of first) if (event.type === 'tool_started') break
    await agent.interrupt()
    expect(await first.result).toMatchObject({ outcome: 'cancelled' })
    expect(await second.result).toMatchObject({ outcome: 'ok', text: 'r-2' })
    // With nothing to interrupt it does nothing.
    await agent.interrupt()
    expect(await agent.turn('p-3').result).toMatchObject({ outcome: 'ok', text: 'r-3' })
    expect(agent.pid).toBe(pid)
  })
})

test('a turn can be iterated by several at once, and again when it is over', async () => {
  await using world = await openTestWorld({ script: [text('word '.repeat(200)), text('r-2')] })
  await using agent = await world.start()
  const turn = agent.turn('p-1')
  const [one, other] = await Promise.all([collect(turn), collect(turn)])
  expect(one.map(toMark)).toEqual(other.map(toMark))
  expect(one.filter((event) => event.type === 'text_delta').length).toBeGreaterThan(10)
  await agent.turn('p-2').result
  const again = await collect(turn)
  expect(again).toEqual(one)
  await agent.stop()
  expect(await collect(turn)).toEqual(one)
})

test('events begin at the start, now, or where one has been', async () => {
  await using world = await openTestWorld({ script: [text('r-1'), text('r-2')] })
  await using agent = await world.start()
  await agent.ready
  const fromStart = collect(agent.events({ from: 'start' }))
  await agent.turn('p-1').result
  const fromNow = collect(agent.events())
  await agent.turn('p-2').result
  const leaving = new AbortController()
  const left = collect(agent.events({ from: 'start', signal: leaving.signal }))
  leaving.abort()
  await left
  await agent.stop()
  const all = (await fromStart).filter((one) => one.type !== 'notice')
  const late = (await fromNow).filter((one) => one.type !== 'notice')
  expect(spoken(all)).toEqual(['r-1', 'r-2'])
  expect(spoken(late)).toEqual(['r-2'])
  expect(all.slice(-late.length)).toEqual(late)
  // A client that comes back hears the event that it names, and all after it.
  for (const at of [0, 1, Math.floor(all.length / 2), all.length - 1]) {
    const offset = all[at]?.offset ?? -1
    const rest = await collect(agent.events({ from: offset }))
    expect(rest).toEqual(all.filter((one) => one.offset >= offset))
  }
})

test('a listener that does not keep up gets everything all the same', async () => {
  const words = 'word '.repeat(20_000)
  await using world = await openTestWorld({
    script: [text(words, { pace: { chunkChars: 10 } }), text('r-2')],
  })
  await using agent = await world.start()
  const slow = agent.events({ from: 'start' })
  const turn = agent.turn('p-1')
  expect(await slow.next()).toMatchObject({ done: false })
  // It reads nothing while the turn makes more events than are kept for anybody.
  expect(await turn.result).toMatchObject({ outcome: 'ok' })
  const pieces: string[] = []
  let read = 0
  for await (const event of slow) {
    read++
    if (event.type === 'text_delta') pieces.push(event.text)
    if (event.type === 'result') break
    if (read % 1000 === 0) await sleep(1)
  }
  expect(pieces.length).toBeGreaterThan(9000)
  expect(pieces.join('')).toBe(words)
})
