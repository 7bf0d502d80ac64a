import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AgentEvent } from '../../src/events/index.ts'
import type { ScriptedReply } from '../../src/testing/index.ts'
import { followTurn, startTestAgent } from '../support/agents.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { newestClaude, realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

const subagent = { description: 'sub', prompt: 'SUBPROMPT', subagent_type: 'general-purpose' }

/** Ends after the first reply: a task that ends before it is told of in the same reply. */
const untilReplied = 'bash -c "until [ -e replied ]; do sleep 0.05; done; echo x > late"'

/** A turn that has work behind its reply, where that is allowed. */
const work: Record<string, ScriptedReply[]> = {
  subagent: [
    { text: 'sub report', when: { lastUserText: 'SUBPROMPT' } },
    { tools: [{ name: 'Agent', input: subagent }] },
  ],
  shell: [bash({ command: untilReplied, run_in_background: true })],
  timeout: [bash({ command: untilReplied, timeout: 1000 })],
}

function bash(input: Record<string, unknown>): ScriptedReply {
  return { tools: [{ name: 'Bash', input: { description: 'd', ...input } }] }
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  const isNew = version === newestClaude.version
  const callUsd = isNew ? 0.000148 : 0.000185

  test.each([
    // The newer CLI runs subagents in the background unless told otherwise, the older one does not.
    { what: 'subagent', backgroundWork: true, results: isNew ? 2 : 1, calls: isNew ? 4 : 3 },
    { what: 'subagent', backgroundWork: false, results: 1, calls: 3 },
    { what: 'shell', backgroundWork: true, results: 2, calls: 3 },
    { what: 'shell', backgroundWork: false, results: 1, calls: 2 },
    { what: 'timeout', backgroundWork: true, results: 2, calls: 3 },
    { what: 'timeout', backgroundWork: false, results: 1, calls: 2 },
  ])(
    'O6: a run with a $what, background work $backgroundWork, has one end, when all is over, with all its cost',
    async ({ what, backgroundWork, results, calls }) => {
      const script = [...(work[what] ?? []), { text: 'reply 1' }, { text: 'reply 2' }]
      await using world = await startTestAgent({
        version,
        script: { replies: script.slice(0, calls), otherwise: { text: 'next' } },
        options: { backgroundWork, allowedTools: ['Agent', 'Bash'] },
      })
      const { agent, model, workspace } = world
      const { result, events } = await followTurn(agent.turn('go'), ({ type }) => {
        if (type === 'result') writeFileSync(join(workspace, 'replied'), '')
      })

      expect(result).toMatchObject({ outcome: 'ok', text: `reply ${results}`, error: null })
      expect(result.costUsd).toBeCloseTo(calls * callUsd, 8)
      expect(result.usage.outputTokens).toBe(5 * calls)
      expect(events.filter((one) => one.type === 'result')).toHaveLength(results)
      expect(events.at(-1)).toMatchObject({ type: 'state', state: 'idle' })
      const tasks = (type: AgentEvent['type']): number =>
        new Set(events.map((one) => (one.type === type && 'taskId' in one ? one.taskId : ''))).size
      expect(tasks('task_finished')).toBe(tasks('task_started'))
      // All is over: no call under way, no command either, and what was to be written is.
      expect(model.prompts.map((one) => one.end)).toEqual(model.prompts.map(() => 'finished'))
      expect(model.prompts).toHaveLength(calls)
      // What the CLI has killed may take a moment to be gone.
      const isLeft = ({ command }: { command: string }): boolean => command.includes('late')
      await waitFor(() => !listMarkedProcesses(agent.id).some(isLeft))
      // Without background work a timeout kills, and to start a background shell is an error.
      const hasFile = backgroundWork && what !== 'subagent'
      expect(existsSync(join(workspace, 'late'))).toBe(hasFile)
      const finished = events.find((one) => one.type === 'tool_finished')
      expect(finished).toMatchObject({ isError: !backgroundWork && what !== 'subagent' })
      // And nothing of it reaches into the next turn.
      const next = await agent.turn('more').result
      expect(next).toMatchObject({ outcome: 'ok', text: 'next' })
      expect(next.costUsd).toBeCloseTo(callUsd, 8)
    },
  )
})
