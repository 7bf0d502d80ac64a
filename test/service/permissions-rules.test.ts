import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import type { SessionEvent } from '../../src/events/index.ts'
import { lastPrompt } from '../support/conversation.ts'
import { waitForEvent } from '../support/daemon-world.ts'
import { realClaudes } from '../support/real-claude.ts'
import { startTestService } from '../support/running-service.ts'

const bash = (command: string) => tool('Bash', { command, description: 'try' })

function decided(events: readonly SessionEvent[]): object[] {
  return events.filter(({ type }) => type === 'permission_decided')
}

describe.each(realClaudes)('claude $version: a profile', ({ version }) => {
  test('decides what its rules say, and nobody is asked or told', async () => {
    await using world = await startTestService({
      version,
      profile: {
        permissions: [
          { tool: 'Bash', match: 'touch *secret*', decision: 'deny', reason: 'NOT-THESE' },
          { tool: 'Bash', match: 'touch *', decision: 'allow' },
        ],
      },
      script: [bash('touch one'), bash('touch my-secret'), text('finished')],
    })
    const { hostler, model, workspace } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'go' })
    expect(await world.ended(run)).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(existsSync(join(workspace, 'one'))).toBe(true)
    expect(existsSync(join(workspace, 'my-secret'))).toBe(false)
    expect(lastPrompt(model)?.toolResultText).toContain('NOT-THESE')
    const events = await world.events(run.sessionId)
    expect(decided(events)).toMatchObject([
      { decision: 'allow', by: 'profile', rule: 'Bash(touch *)', toolName: 'Bash' },
      { decision: 'deny', by: 'profile', rule: 'Bash(touch *secret*)' },
    ])
    const types = events.map(({ type }) => type)
    expect(types).not.toContain('request_opened')
    expect(types).not.toContain('run_waiting')
    expect((await hostler.requests.list({ runId: run.id })).items).toEqual([])
  })

  test('that allows a command is not talked into a second one, and asks a human', async () => {
    await using world = await startTestService({
      version,
      profile: { permissions: [{ tool: 'Bash', match: 'touch *', decision: 'allow' }] },
      script: [bash('touch one; touch two'), text('finished')],
    })
    const { hostler, workspace } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'go' })
    await waitForEvent(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
    const [request] = (await hostler.requests.list({ runId: run.id })).items
    expect(request).toMatchObject({ request: { input: { command: 'touch one; touch two' } } })
    await hostler.requests.answer(request?.id ?? '', { behavior: 'deny', message: 'no' })
    expect(await world.ended(run)).toMatchObject({ outcome: 'ok' })
    expect(existsSync(join(workspace, 'one'))).toBe(false)
    expect(decided(await world.events(run.sessionId))).toEqual([])
  })
})
