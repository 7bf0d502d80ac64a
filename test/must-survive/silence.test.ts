import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { attachAgent, type AgentEvent } from '../../src/agent/index.ts'
import { failure } from '../../src/testing/index.ts'
import { collectEvents, followTurn, openTestWorld, startTestAgent } from '../support/agents.ts'
import { firstEvent } from '../support/log-events.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

function notices(events: AgentEvent[]): string[] {
  return events.flatMap((one) => (one.type === 'notice' ? [one.code] : []))
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('E6: silence while a tool runs is work, however long it takes', async () => {
    const command = 'bash -c "sleep 4; echo slow but sure"'
    await using world = await startTestAgent({
      version,
      script: [
        { tools: [{ name: 'Bash', input: { command, description: 'd' } }] },
        { text: 'done' },
      ],
      options: { stallTimeoutMs: 2000, allowedTools: ['Bash'] },
    })
    const { agent, model } = world
    expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'done' })
    expect(model.prompts.at(-1)?.toolResultText).toContain('slow but sure')
  })

  test('E6: silence while nothing runs is a stall, and the agent lives on', async () => {
    await using world = await startTestAgent({
      version,
      script: [failure.stall('mid_block', { text: 'half a sentence that breaks off' })],
      options: { stallTimeoutMs: 2000 },
    })
    const { agent, model } = world
    const result = await agent.turn('go').result
    expect(result).toMatchObject({
      outcome: 'stalled',
      error: { code: 'stalled', cure: expect.stringContaining('stallTimeoutMs') },
    })
    expect(result.text).toMatch(/^half a/)
    model.setScript([{ text: 'awake' }])
    expect(await agent.turn('again').result).toMatchObject({ outcome: 'ok', text: 'awake' })
  })

  test('E6: silence while a human is asked is patience', async () => {
    await using world = await startTestAgent({
      version,
      script: [
        { tools: [{ name: 'Bash', input: { command: 'echo x > ran', description: 'd' } }] },
        { text: 'done' },
      ],
      options: {
        stallTimeoutMs: 2000,
        timeoutMs: 3000,
        canUseTool: async () => await new Promise<never>(() => undefined),
      },
    })
    const { agent } = world
    await agent.ready
    const turn = agent.turn('go')
    const { request } = await firstEvent(turn, 'request_opened')
    // Longer than both limits: that nothing happens can only be waited for.
    const over = await Promise.race([turn.result, sleep(3500, 'still asking')])
    expect(over).toBe('still asking')
    agent.answer(request.id, { behavior: 'allow' })
    expect(await turn.result).toMatchObject({ outcome: 'ok', text: 'done' })
  })
})

test('E6: a result without an end: the turn stands by its result, and the agent is ended', async () => {
  await using world = await startTestAgent({
    scenario: {
      control: { end_session: [] },
      turns: [
        [
          { do: 'ignore_signals', signals: ['SIGTERM'] },
          { do: 'begin' },
          { do: 'assistant', text: 'all said' },
          { do: 'result', text: 'all said' },
        ],
      ],
    },
  })
  const { agent } = world
  const seen = collectEvents(agent)
  const turn = agent.turn('go')
  const queued = agent.turn('more')
  expect(await turn.result).toMatchObject({ outcome: 'ok', text: 'all said' })
  // Whoever wants it sends it to another agent.
  expect(await queued.result).toMatchObject({ outcome: 'lost', error: { code: 'not_sent' } })
  expect(() => agent.turn('even more')).toThrow(expect.objectContaining({ code: 'agent_ended' }))
  // It never exits either, whatever it is told.
  const report = await agent.stop()
  expect(report).toMatchObject({ how: 'killed', survivors: [] })
  expect(listMarkedProcesses(agent.id)).toEqual([])
  await seen.done
  expect(notices(seen.events)).toContain('limbo')
})

test('E6: not one line after the prompt has a name, and a limit, of its own', async () => {
  await using world = await startTestAgent({
    scenario: { turns: [[{ do: 'silence' }], [{ do: 'begin' }, { do: 'silence' }]] },
    options: { firstEventTimeoutMs: 400, stallTimeoutMs: 900 },
  })
  const { agent } = world
  await agent.ready
  expect(await agent.turn('go').result).toMatchObject({
    outcome: 'stalled',
    error: { code: 'no_first_event', cure: expect.stringContaining('firstEventTimeoutMs') },
  })
  expect(await agent.turn('again').result).toMatchObject({
    outcome: 'stalled',
    error: { code: 'stalled' },
  })
})

test('E6: an agent that is silent but computes is given more time, and not for ever', async () => {
  await using world = await openTestWorld({
    scenario: { everyTurn: [{ do: 'begin' }, { do: 'silence' }] },
    options: { stallTimeoutMs: 1600 },
  })
  // A tool of it computes as long as the file is there.
  const flag = join(world.workspace, 'computing')
  const wrapper = join(world.workspace, 'claude')
  const script = [
    '#!/bin/sh',
    `if [ "$1" != --version ]; then (while [ -e '${flag}' ]; do :; done) >/dev/null 2>&1 & fi`,
    `exec '${world.options.claudeBin}' "$@"`,
  ]
  await writeFile(wrapper, `${script.join('\n')}\n`, { mode: 0o755 })
  await writeFile(flag, '')
  await using agent = await world.start({ claudeBin: wrapper })
  await agent.ready
  const { result, events } = await followTurn(agent.turn('go'))
  expect(result).toMatchObject({ outcome: 'stalled', error: { code: 'stalled' } })
  const busy = 'silent_but_busy'
  expect(notices(events)).toEqual([busy, busy, busy, 'interrupting'])
  await rm(flag)
  // The launcher and the CLI itself are left.
  await waitFor(() => listMarkedProcesses(agent.id).length === 2)
  const idle = await followTurn(agent.turn('again'))
  expect(idle.result).toMatchObject({ outcome: 'stalled' })
  expect(notices(idle.events)).toEqual(['interrupting'])
})

test('E6: the wall clock of a turn goes on when another supervisor takes it over', async () => {
  await using world = await openTestWorld({
    scenario: { everyTurn: [{ do: 'begin' }, { do: 'silence' }] },
  })
  await using first = await world.start({ timeoutMs: 1_800_000 })
  const turn = first.turn('go')
  await firstEvent(turn, 'state')
  await first.detach()
  const journal = join(first.dir, 'in.jsonl')
  const lines = (await readFile(journal, 'utf8')).trimEnd().split('\n')
  // An hour has passed.
  const earlier = lines.map((line) =>
    line.replace(/"at":(\d+)/, (_all, at) => `"at":${at - 3_600_000}`),
  )
  await writeFile(journal, `${earlier.join('\n')}\n`)
  await using second = await attachAgent(first.dir, { timeoutMs: 1_800_000 })
  expect(await second.lastTurn?.result).toMatchObject({ outcome: 'timeout' })
})

test('E6: an end without a result is no success', async () => {
  await using world = await startTestAgent({
    scenario: {
      turns: [[{ do: 'begin' }, { do: 'assistant', text: 'so far' }, { do: 'exit', code: 0 }]],
    },
  })
  const result = await world.agent.turn('go').result
  expect(result).toMatchObject({
    outcome: 'protocol',
    text: 'so far',
    costUsd: null,
    exit: { code: 0, signal: null },
    error: { code: 'no_result' },
  })
})
