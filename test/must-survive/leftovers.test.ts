import { describe, expect, test } from 'vitest'
import type { Agent, StopReport } from '../../src/agent/index.ts'
import { claudeOf, startTestAgent } from '../support/agents.ts'
import { firstEvent } from '../support/log-events.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

/** `sleep` processes that the agent has started, by their seconds: those tell them apart. */
function sleepsOf({ id }: Agent): string[] {
  return listMarkedProcesses(id)
    .flatMap(({ command }) => /^sleep (\d+)$/.exec(command)?.[1] ?? [])
    .toSorted((a, b) => Number(a) - Number(b))
}

function expectNothingLeft(agent: Agent, report: StopReport): void {
  expect(report.survivors).toEqual([])
  expect(listMarkedProcesses(agent.id)).toEqual([])
}

function bash(command: string): { name: string; input: Record<string, unknown> } {
  return { name: 'Bash', input: { command, description: 'd' } }
}

const leave = 'nohup sleep 4001 >/dev/null 2>&1 & setsid sleep 4002 >/dev/null 2>&1 & sleep 4003 &'

describe.each(realClaudes)('claude $version', ({ version }) => {
  const options = { allowedTools: ['Bash'] }

  test('E3: what a tool leaves behind is gone when the agent is stopped after its turn', async () => {
    const script = [{ tools: [bash(`${leave} echo left`)] }, { text: 'done' }]
    await using world = await startTestAgent({ version, script, options })
    const { agent } = world
    expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'done' })
    // While the agent lives, what its tools have started is its own.
    const isLeft = (seconds: string): boolean => sleepsOf(agent).includes(seconds)
    await waitFor(() => isLeft('4001') && isLeft('4002'))
    const report = await agent.stop()
    expect(report.swept.map((one) => one.command)).toEqual(
      expect.arrayContaining(['sleep 4001', 'sleep 4002']),
    )
    expectNothingLeft(agent, report)
  })

  test('E3: what a tool leaves behind is gone when the turn is cancelled and the agent stopped', async () => {
    const script = [{ tools: [bash(`${leave} bash -c "sleep 4004; true"`)] }, { text: 'next' }]
    await using world = await startTestAgent({ version, script, options })
    const { agent } = world
    const cancel = new AbortController()
    const turn = agent.turn('go', { signal: cancel.signal })
    await waitFor(() => sleepsOf(agent).length === 4)
    cancel.abort()
    expect(await turn.result).toMatchObject({ outcome: 'cancelled', error: { code: 'cancelled' } })
    // The command itself has ended with its turn, and the agent goes on.
    await waitFor(() => !sleepsOf(agent).includes('4004'))
    expect(await agent.turn('next').result).toMatchObject({ outcome: 'ok', text: 'next' })
    expectNothingLeft(agent, await agent.stop())
  })

  test('E3: all of a running tool is gone when the agent is stopped in the middle of it', async () => {
    const script = [{ tools: [bash(`${leave} bash -c "trap '' TERM INT HUP; sleep 4004; true"`)] }]
    await using world = await startTestAgent({ version, script, options })
    const { agent } = world
    const turn = agent.turn('go')
    await waitFor(() => sleepsOf(agent).length === 4)
    const report = await agent.stop()
    expect(await turn.result).toMatchObject({ outcome: 'cancelled' })
    expectNothingLeft(agent, report)
  })

  test('E3: one that has cleared its environment is found by its parent, when the CLI has been killed', async () => {
    const script = [{ tools: [bash(`bash -c "env -i sleep 4005; true"`)] }]
    await using world = await startTestAgent({ version, script, options })
    const { agent, workspace } = world
    const turn = agent.turn('go')
    const cleared = await waitFor(() =>
      // It still works in the workspace; the agent's mark it has not.
      listMarkedProcesses(workspace).find((one) => one.command === 'sleep 4005'),
    )
    expect(sleepsOf(agent)).toEqual([])
    process.kill(claudeOf(agent), 'SIGKILL')
    expect(await turn.result).toMatchObject({ outcome: 'killed' })
    await agent.ended
    const report = await agent.stop()
    expect(report.swept).toContainEqual({ pid: cleared.pid, command: 'sleep 4005' })
    expect(listMarkedProcesses(workspace)).toEqual([])
    expectNothingLeft(agent, report)
  })
})

test('E4: an agent that ignores every polite signal and keeps writing is stopped in bounded time', async () => {
  await using world = await startTestAgent({
    scenario: {
      control: { interrupt: [], end_session: [] },
      turns: [
        [
          { do: 'ignore_signals', signals: ['SIGTERM', 'SIGINT', 'SIGHUP'] },
          { do: 'begin' },
          { do: 'spawn', how: 'plain', ignoreTerm: true, holdStdout: true, seconds: 4006 },
          { do: 'spawn', how: 'setsid', ignoreTerm: true, holdStdout: true, seconds: 4007 },
          { do: 'spawn', how: 'nohup', ignoreTerm: true, seconds: 4008 },
          { do: 'flood', kind: 'assistant', bytes: 400, perSecond: 500 },
        ],
      ],
    },
  })
  const { agent } = world
  const turn = agent.turn('go')
  await firstEvent(turn, 'text')
  await waitFor(() => sleepsOf(agent).join() === '4006,4007,4008')
  const report = await agent.stop()
  expect(report.how).toBe('killed')
  expectNothingLeft(agent, report)
  // Interrupt 1.5 s, SIGTERM 4 s, SIGKILL 1 s, sweep 2.5 s: the ladder’s own bound.
  expect(report.durationMs).toBeLessThan(9_000)
  expect(await turn.result).toMatchObject({ outcome: 'cancelled', costUsd: null })
  expect(await agent.ended).toEqual({ code: null, signal: 'SIGKILL' })
})
