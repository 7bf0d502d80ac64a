import { expect, test } from 'vitest'
import type { PermissionRequest } from '../../src/events/human-request.ts'
import { openTestFront } from '../support/fronts.ts'
import { forEachDatabase } from '../support/stores.ts'
import { takeTurn } from '../support/turns.ts'

const suggestion = {
  type: 'addRules',
  rules: [{ toolName: 'Bash', ruleContent: 'touch a1 *' }],
  behavior: 'allow',
  destination: 'localSettings',
}
const mode = { type: 'setMode', mode: 'acceptEdits', destination: 'session' }
const permission: PermissionRequest = {
  kind: 'permission',
  id: 'c-1',
  openedAt: 1,
  toolName: 'Bash',
  toolUseId: 't',
  input: { command: 'touch a1' },
  description: '',
  blockedPath: null,
  suggestions: [suggestion, mode],
}
const hour = 3_600_000
const bypassing = { profiles: { default: { allowBypass: true }, strict: {} } }

forEachDatabase((openTestDatabase) => {
  test('an answer for the session is kept, told, taken back, and is no fork’s', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const { sessionId } = await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const turn = await takeTurn(store)
    const first = await turn.ask(permission)
    const answered = await hostler.requests.answer(first, { behavior: 'allow', scope: 'session' })
    expect(answered.answer).toEqual({
      behavior: 'allow',
      scope: 'session',
      updatedPermissions: [{ ...suggestion, destination: 'session' }],
    })
    const again = await turn.ask({ ...permission, id: 'c-2', input: { command: 'rm *' } })
    await hostler.requests.answer(again, {
      behavior: 'allow',
      scope: 'session',
      updatedInput: { command: 'rm a*' },
    })
    const grantedRules = ['Bash(touch a1 *)', String.raw`Bash(rm a\*)`]
    expect(await hostler.sessions.get(sessionId)).toMatchObject({ grantedRules })
    const other = await world.another()
    expect(await other.hostler.sessions.get(sessionId)).toMatchObject({ grantedRules })
    await turn.succeed()
    const fork = await hostler.sessions.fork(sessionId)
    expect(fork.grantedRules).toEqual([])
    const back = await hostler.sessions.configure(sessionId, { grantedRules: [] })
    expect(back.grantedRules).toEqual([])
    const agents = await store.db.selectFrom('agents').select('stop_requested_at').execute()
    expect(agents).toEqual([{ stop_requested_at: expect.any(Number) }])
    const changes = []
    for await (const event of hostler.sessions.events(sessionId, { until: 'now' })) {
      if (event.type === 'session_changed') changes.push(event.fields)
    }
    expect(changes).toEqual([['grantedRules'], ['grantedRules'], ['grantedRules']])
  })

  test('only what the CLI has offered can become a rule', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const { sessionId } = await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const id = await (await takeTurn(store)).ask(permission)
    const wider = { ...suggestion, rules: [{ toolName: 'Bash' }] }
    const bypass = { type: 'setMode', mode: 'bypassPermissions', destination: 'session' }
    for (const one of [wider, bypass, { ...suggestion, destination: 'userSettings' }]) {
      const answer = { behavior: 'allow' as const, updatedPermissions: [suggestion, one] }
      await expect(hostler.requests.answer(id, answer)).rejects.toMatchObject({
        code: 'invalid_input',
        params: { field: 'answer.updatedPermissions.1' },
      })
    }
    const odd: Record<string, unknown>[] = [
      { behavior: 'deny', message: 'no', scope: 'session' },
      { behavior: 'allow', scope: 'ever' },
    ]
    for (const answer of odd) {
      // What HTTP and untyped callers may send.
      const sent = hostler.requests.answer(id, JSON.parse(JSON.stringify(answer)))
      await expect(sent).rejects.toMatchObject({ params: { field: 'answer.scope' } })
    }
    const updatedPermissions = [mode, { ...suggestion, destination: 'session' }]
    await hostler.requests.answer(id, { behavior: 'allow', updatedPermissions })
    expect(await hostler.sessions.get(sessionId)).toMatchObject({
      grantedRules: ['Bash(touch a1 *)'],
    })
  })

  test('a bypass takes a profile that allows it, is by the database’s clock, and allows what is asked already', async () => {
    await using world = await openTestFront(openTestDatabase, bypassing)
    const { hostler, store } = world
    const workspace = { path: world.workspace }
    const session = await hostler.sessions.create({ workspace })
    await hostler.runs.submit({ sessionId: session.id, prompt: 'x' })
    const turn = await takeTurn(store)
    const id = await turn.ask(permission)
    const strict = await hostler.sessions.create({ profile: 'strict', workspace })
    await expect(
      hostler.sessions.configure(strict.id, { bypassForMs: hour }),
    ).rejects.toMatchObject({ code: 'invalid_input', params: { field: 'bypassForMs' } })
    const given = await hostler.sessions.configure(session.id, { bypassForMs: hour })
    const row = await store.db
      .selectFrom('sessions')
      .select(['bypass_until', store.now().as('now')])
      .where('id', '=', session.id)
      .executeTakeFirstOrThrow()
    expect(given.bypassUntil).toBe(row.bypass_until)
    expect((row.bypass_until ?? 0) - row.now).toBeGreaterThan(hour - 60_000)
    expect((row.bypass_until ?? 0) - row.now).toBeLessThanOrEqual(hour)
    expect(await hostler.requests.get(id)).toMatchObject({
      state: 'answered',
      answeredBy: 'local',
      answer: { behavior: 'allow' },
    })
    const off = await hostler.sessions.configure(session.id, { bypassForMs: null })
    expect(off.bypassUntil).toBeNull()
    await hostler.sessions.configure(session.id, { bypassForMs: hour })
    await hostler.sessions.configure(session.id, { profile: 'strict' })
    const back = await hostler.sessions.configure(session.id, { profile: 'default' })
    expect(back.bypassUntil).toBeNull()
  })
})
