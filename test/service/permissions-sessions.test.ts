import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { OpenedHostler, Run, StoredRequest } from '../../src/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { lastPrompt } from '../support/conversation.ts'
import { waitForEvent } from '../support/daemon-world.ts'
import { realClaudes } from '../support/real-claude.ts'
import { eventsUntil, openTestService, type TestService } from '../support/service.ts'
import { waitFor } from '../support/wait-for.ts'

const bash = (command: string) => tool('Bash', { command, description: 'try' })
const hour = 3_600_000

/** Runs one command in a session, and says who allowed it; what it asks a human stays open. */
async function runs(
  world: TestService,
  hostler: OpenedHostler,
  given: { key?: string; sessionId?: string; command: string },
): Promise<{ run: Run; by: string[]; asked: StoredRequest | null }> {
  const { command, ...session } = given
  world.model.setScript([bash(command), text('finished')])
  const run = await hostler.runs.submit({ ...session, prompt: command })
  const own: string[] = []
  const isOver = ({ runId, type }: { runId: string | null; type: string }): boolean =>
    runId === run.id && (type === 'run_ended' || type === 'run_waiting')
  for (const event of await eventsUntil(hostler, run.sessionId, isOver)) {
    if (event.type === 'permission_decided' && event.runId === run.id) own.push(event.by)
  }
  const { items } = await hostler.requests.list({ runId: run.id, state: 'open' })
  return { run, by: own, asked: items[0] ?? null }
}

async function answered(
  hostler: OpenedHostler,
  asked: StoredRequest | null,
  scope: 'once' | 'session' = 'once',
): Promise<void> {
  if (asked === null) throw new Error('nobody was asked')
  await hostler.requests.answer(asked.id, { behavior: 'allow', scope })
  expect(await hostler.runs.wait(asked.runId, { timeoutMs: 30_000 })).toMatchObject({
    outcome: 'ok',
  })
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('what is granted for a session later agents of it know, no other session, and no fork', async () => {
    await using world = await openTestService({ version, profile: { warmMs: 0 } })
    const before = await world.open()
    const first = await runs(world, before, { key: 'k', command: 'touch one' })
    await answered(before, first.asked, 'session')
    const { sessionId } = first.run
    const [grant = ''] = (await before.sessions.get(sessionId)).grantedRules
    expect(grant).toMatch(/^Bash\(touch/)
    const again = await runs(world, before, { sessionId, command: 'touch one' })
    expect(again).toMatchObject({ by: ['session'], asked: null })
    await before.close({ agents: 'drain', drainMs: 0 })

    const after = await world.open()
    const later = await runs(world, after, { sessionId, command: 'touch one' })
    expect(later).toMatchObject({ by: ['session'], asked: null })
    const more = await runs(world, after, { sessionId, command: 'touch one; touch two' })
    expect(more).toMatchObject({ by: [] })
    await answered(after, more.asked)
    const other = await runs(world, after, { key: 'other', command: 'touch one' })
    expect(other).toMatchObject({ by: [] })
    await answered(after, other.asked)
    const fork = await after.sessions.fork(sessionId)
    const forked = await runs(world, after, { sessionId: fork.id, command: 'touch one' })
    expect(forked).toMatchObject({ by: [] })
    await answered(after, forked.asked)
  })

  test('what is granted for a session its warm agent does not ask again, until it is taken back', async () => {
    await using world = await openTestService({
      version,
      // Nothing but the next run looks whether its agent is still wanted.
      configuration: { worker: { leaseMs: '4m', heartbeatMs: '1m' } },
    })
    const hostler = await world.open()
    const first = await runs(world, hostler, { key: 'k', command: 'touch one' })
    await answered(hostler, first.asked, 'session')
    const { sessionId } = first.run
    const next = await runs(world, hostler, { sessionId, command: 'touch one' })
    expect(next).toMatchObject({ by: [], asked: null })
    await hostler.sessions.configure(sessionId, { grantedRules: [] })
    const again = await runs(world, hostler, { sessionId, command: 'touch one' })
    expect(again.by).toEqual([])
    await answered(hostler, again.asked)
  })

  test('a bypass allows all for as long as it lasts, also over a restart', async () => {
    let ahead = 0
    await using world = await openTestService({
      version,
      profile: {
        allowBypass: true,
        permissions: [{ tool: 'Bash', match: 'touch never', decision: 'deny' }],
      },
      clock: () => Date.now() + ahead,
    })
    const before = await world.open()
    const { id: sessionId } = await before.sessions.create({ key: 'k' })
    await before.sessions.configure(sessionId, { bypassForMs: hour })
    const during = await runs(world, before, { sessionId, command: 'touch one; touch two' })
    expect(during).toMatchObject({ by: ['bypass'], asked: null })
    expect(existsSync(join(world.workspace, 'two'))).toBe(true)
    await before.close({ agents: 'leave' })

    const after = await world.open()
    ahead = hour - 60_000
    const late = await runs(world, after, { sessionId, command: 'touch three; touch four' })
    expect(late).toMatchObject({ by: ['bypass'], asked: null })
    const denied = await runs(world, after, { sessionId, command: 'touch never' })
    expect(denied).toMatchObject({ by: ['profile'], asked: null })
    expect(existsSync(join(world.workspace, 'never'))).toBe(false)
    ahead = hour
    const over = await runs(world, after, { sessionId, command: 'touch five; touch six' })
    expect(over.by).toEqual([])
    expect((await after.sessions.get(sessionId)).bypassUntil).toBeNull()
    // Somebody who waits for it has it at once.
    await after.sessions.configure(sessionId, { bypassForMs: hour })
    expect(await after.runs.wait(over.run.id, { timeoutMs: 30_000 })).toMatchObject({
      outcome: 'ok',
    })
  })

  test('a request that expires ends its turn, where the profile says so', async () => {
    await using world = await openTestService({
      version,
      profile: { onRequestExpiry: 'stop', requestTimeoutMs: 300 },
      script: [bash('touch one'), text('not reached')],
    })
    const hostler = await world.open()
    const run = await hostler.runs.submit({ key: 'k', prompt: 'go' })
    const done = await hostler.runs.wait(run.id, { timeoutMs: 30_000 })
    expect(done).toMatchObject({ state: 'failed', outcome: 'permission_denied' })
    expect(world.model.prompts).toHaveLength(1)
  })

  test('what was decided alone is decided the same way by who takes up the agent', async () => {
    const rule = { tool: 'Bash', match: 'python3 *', decision: 'allow' }
    await using world = await openTestService({
      version,
      profile: { permissions: [rule] },
      script: [
        tool('Bash', { command: 'python3 toil.py', description: 'toil' }),
        text('finished', { repeat: true }),
      ],
    })
    const toil = `import os, time
open('begun', 'w')
while not os.path.exists('go'): time.sleep(0.05)`
    await writeFile(join(world.workspace, 'toil.py'), toil)
    const before = await world.open()
    const run = await before.runs.submit({ key: 'k', prompt: 'go' })
    await waitFor(() => existsSync(join(world.workspace, 'begun')), { timeoutMs: 20_000 })
    await before.close({ agents: 'leave' })
    const after = await world.open()
    await waitForEvent(after, run.sessionId, ({ type }) => type === 'permission_decided')
    await waitFor(async () => (await after.agents.list())[0]?.state === 'busy', {
      timeoutMs: 20_000,
    })
    await writeFile(join(world.workspace, 'go'), '')
    expect(await after.runs.wait(run.id, { timeoutMs: 30_000 })).toMatchObject({
      outcome: 'ok',
      text: 'finished',
    })
    const types: string[] = []
    for await (const { type } of after.sessions.events(run.sessionId, { until: 'now' })) {
      types.push(type)
    }
    expect(types.filter((type) => type === 'permission_decided')).toHaveLength(1)
    expect(types).not.toContain('run_waiting')
    expect(lastPrompt(world.model)?.hasToolResult).toBe(true)
  })
})
