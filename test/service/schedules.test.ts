import { expect, test } from 'vitest'
import { openTestFront, type TestFront } from '../support/fronts.ts'
import {
  dayMs,
  firingsOf,
  hourMs,
  newSchedule,
  secondMs,
  simulatedClock,
  type SimulatedClock,
} from '../support/schedules.ts'
import { fireDue } from '../../src/service/schedules/start-firing.ts'
import { forEachDatabase, type OpenTestDatabase } from '../support/stores.ts'
import { takeTurn } from '../support/turns.ts'

const start = Date.UTC(2026, 10, 20)
const firstAt = start + 2.5 * hourMs

async function open(
  openTestDatabase: OpenTestDatabase,
): Promise<{ world: TestFront; time: SimulatedClock } & AsyncDisposable> {
  const time = simulatedClock(start)
  const world = await openTestFront(openTestDatabase, {}, time)
  return { world, time, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

forEachDatabase((openTestDatabase) => {
  test('a schedule is made, found, listed, changed and deleted', async () => {
    await using opened = await open(openTestDatabase)
    const { hostler, store } = opened.world
    const made = await hostler.schedules.create(newSchedule({ timeZone: 'Europe/Berlin' }))
    expect(made).toMatchObject({
      name: 'nightly',
      timeZone: 'Europe/Berlin',
      state: 'active',
      overlap: 'skip',
      missed: 'last',
      nextAt: [0, 1, 2, 3, 4].map((day) => start + 1.5 * hourMs + day * dayMs),
      lastAt: null,
      createdBy: 'local',
    })
    expect(await hostler.schedules.get(made.id)).toEqual(made)
    expect(await hostler.schedules.get('name:nightly')).toEqual(made)
    const weekly = await hostler.schedules.create(
      newSchedule({ name: 'weekly/ü', cron: '@weekly', paused: true }),
    )
    expect(weekly).toMatchObject({ state: 'paused', nextAt: [] })
    expect((await hostler.schedules.list()).items).toEqual([weekly, made])
    const first = await hostler.schedules.list({}, { limit: 1 })
    expect(await hostler.schedules.list({}, { cursor: first.next ?? '' })).toEqual({
      items: [made],
      next: null,
    })
    expect((await hostler.schedules.list({ state: 'active' })).items).toEqual([made])
    const changed = await hostler.schedules.update('name:nightly', {
      name: 'late',
      cron: '0 4 * * *',
      overlap: 'queue',
    })
    expect(changed).toMatchObject({
      id: made.id,
      name: 'late',
      overlap: 'queue',
      missed: 'last',
      timeZone: 'Europe/Berlin',
    })
    expect(changed.nextAt[0]).toBe(start + 3 * hourMs)
    await hostler.schedules.delete(made.id)
    await expect(hostler.schedules.get(made.id)).rejects.toMatchObject({ code: 'not_found' })
    const seen = await store.db.selectFrom('changes').select(['kind', 'data']).execute()
    expect(
      seen.filter(({ kind }) => kind === 'schedule').map(({ data }) => JSON.parse(data).state),
    ).toEqual(['active', 'paused', 'active', 'deleted'])
    const audit = (await hostler.audit()).items.map(({ action, actor }) => `${actor} ${action}`)
    expect(audit.toReversed()).toEqual([
      'local schedule.create',
      'local schedule.create',
      'local schedule.update',
      'local schedule.delete',
    ])
  })

  test('what would be refused in the night is refused by day', async () => {
    await using opened = await open(openTestDatabase)
    const { hostler } = opened.world
    const { id } = await hostler.sessions.create({ key: 'there' })
    await hostler.schedules.create(newSchedule({ name: 'taken' }))
    const submission = { key: 'k', prompt: 'x' }
    const refused: [Parameters<typeof newSchedule>[0], object][] = [
      [{ name: '' }, { code: 'invalid_input', params: { field: 'name' } }],
      [{ name: 'a:b' }, { code: 'invalid_input', params: { field: 'name' } }],
      [{ name: 'taken' }, { code: 'name_taken' }],
      [{ cron: '61 * * * *' }, { code: 'invalid_input', params: { field: 'cron' } }],
      [{ cron: '0 0 30 2 *' }, { message: expect.stringContaining('never comes') }],
      [{ timeZone: 'Berlin' }, { code: 'invalid_input', params: { field: 'timeZone' } }],
      [{ submission: { prompt: 'x' } }, { code: 'invalid_input', params: { field: 'key' } }],
      [{ submission: { key: 'k', prompt: '' } }, { code: 'invalid_prompt' }],
      [{ submission: { ...submission, profile: 'none' } }, { code: 'not_found' }],
      [{ submission: { sessionId: 'none', prompt: 'x' } }, { code: 'not_found' }],
      [
        { submission: { ...submission, workspace: { path: '/' } } },
        { code: 'workspace_not_allowed' },
      ],
      [
        { submission: { key: 'there', prompt: 'x', profile: 'reviewer' } },
        { code: 'invalid_input', params: { field: 'profile' } },
      ],
      [
        {
          submission: {
            ...submission,
            options: { outputFormat: { type: 'json_schema', schema: { type: 'nonsense' } } },
          },
        },
        { code: 'invalid_input' },
      ],
    ]
    for (const [given, error] of refused) {
      await expect(
        hostler.schedules.create(newSchedule(given)),
        JSON.stringify(given),
      ).rejects.toMatchObject(containing(error))
    }
    await hostler.sessions.archive(id)
    const archived = newSchedule({ submission: { sessionId: id, prompt: 'x' } })
    await expect(hostler.schedules.create(archived)).rejects.toMatchObject({
      code: 'session_archived',
    })
    const misspelt = { ...newSchedule(), timezone: 'UTC' }
    await expect(hostler.schedules.create(misspelt)).rejects.toMatchObject({
      cure: 'did you mean "timeZone"?',
    })
    const unknown = newSchedule({ submission: Object.assign({ delayMs: 1 }, submission) })
    await expect(hostler.schedules.create(unknown)).rejects.toThrow('submission.delayMs')
    expect((await hostler.schedules.list()).items).toHaveLength(1)
  })

  test('a time is fired once, into a session of its own, in the name of the schedule', async () => {
    await using opened = await open(openTestDatabase)
    const { world, time } = opened
    const { hostler, context } = world
    const { id } = await hostler.schedules.create(newSchedule())
    time.at = firstAt - 1
    await fireDue(context)
    expect(await firingsOf(hostler, { id })).toEqual([])
    time.at = firstAt
    await fireDue(context)
    await fireDue(context)
    const { items: runs } = await hostler.runs.list({ scheduleId: id })
    expect(runs).toMatchObject([
      {
        scheduleId: id,
        sessionKey: 'nightly/20261120T023000Z',
        prompt: 'tidy up',
        labels: {},
        submittedBy: 'schedule:nightly',
      },
    ])
    const runId = runs[0]?.id ?? ''
    expect(await firingsOf(hostler, { id })).toEqual([
      { scheduleId: id, at: firstAt, firedAt: firstAt, what: 'run', runId, reason: null },
    ])
    expect(await hostler.schedules.get(id)).toMatchObject({ lastAt: firstAt, lastRunId: runId })
    const submitted = (await hostler.audit()).items.find(({ action }) => action === 'run.submit')
    expect(submitted).toMatchObject({
      actor: 'schedule:nightly',
      detail: { scheduleId: id, onBehalfOf: 'local' },
    })
    // The clock goes back, and on again.
    time.at -= 120 * secondMs
    await fireDue(context)
    await hostler.schedules.update(id, { cron: '30 2 * * MON-SUN' })
    time.at = firstAt
    await fireDue(context)
    expect(await firingsOf(hostler, { id })).toHaveLength(1)
    expect((await hostler.runs.list({ scheduleId: id })).items).toHaveLength(1)
    time.at += dayMs
    await fireDue(context)
    expect((await firingsOf(hostler, { id })).map(({ what }) => what)).toEqual(['run', 'skipped'])
  })

  test.each([
    { missed: 'skip' as const, fired: [] },
    { missed: 'last' as const, fired: [3] },
    { missed: 'all' as const, fired: [0, 1, 2, 3] },
  ])('after three days down, missed: $missed', async ({ missed, fired }) => {
    await using opened = await open(openTestDatabase)
    const { world, time } = opened
    const { hostler, context } = world
    const { id } = await hostler.schedules.create(newSchedule({ missed }))
    time.at = firstAt + 3 * dayMs + hourMs
    await fireDue(context)
    const firings = await firingsOf(hostler, { id })
    const days = firings
      .filter(({ what }) => what === 'run')
      .map(({ at }) => (at - firstAt) / dayMs)
    expect(days).toEqual(fired)
    const left = firings.filter(({ what }) => what === 'missed')
    const count = 4 - fired.length
    expect(left).toMatchObject(
      count === 0
        ? []
        : [{ at: firstAt, reason: expect.stringMatching(`^${count} times until 2026-11-2`) }],
    )
    expect((await hostler.schedules.get(id)).nextAt[0]).toBe(firstAt + 4 * dayMs)
    time.at = firstAt + 4 * dayMs
    for (const run of (await hostler.runs.list({ scheduleId: id })).items) {
      await hostler.runs.cancel(run.id)
    }
    await fireDue(context)
    expect((await firingsOf(hostler, { id })).at(-1)).toMatchObject({ at: time.at, what: 'run' })
  })

  test('while it is paused nothing is missed, and it runs when somebody says so', async () => {
    await using opened = await open(openTestDatabase)
    const { world, time } = opened
    const { hostler, context } = world
    const { id } = await hostler.schedules.create(newSchedule({ missed: 'all' }))
    await hostler.schedules.update(id, { paused: true })
    time.at += 10 * dayMs
    await fireDue(context)
    const run = await hostler.schedules.run('name:nightly')
    const twice = await hostler.schedules.run(id)
    expect(run).toMatchObject({ scheduleId: id, submittedBy: 'local', state: 'queued' })
    const resumed = await hostler.schedules.update(id, { paused: false })
    expect(resumed).toMatchObject({ nextAt: expect.arrayContaining([firstAt + 10 * dayMs]) })
    await fireDue(context)
    expect(await firingsOf(hostler, { id })).toMatchObject([
      { what: 'run', runId: run.id, reason: 'run now by local' },
      { what: 'run', runId: twice.id },
    ])
    // A second that is the cron line's is still fired, though somebody ran it in that moment.
    for (const { id: runId } of [run, twice]) await hostler.runs.cancel(runId)
    time.at = firstAt + 10 * dayMs
    await hostler.runs.cancel((await hostler.schedules.run(id)).id)
    await fireDue(context)
    expect((await hostler.runs.list({ scheduleId: id, state: ['queued'] })).items).toHaveLength(1)
    // What had come when it was paused is told.
    time.at += dayMs
    await hostler.schedules.update(id, { paused: true })
    expect((await firingsOf(hostler, { id })).at(-1)).toMatchObject({
      at: time.at,
      what: 'skipped',
      reason: 'the schedule was paused before this time was fired',
    })
  })

  test.each([
    { overlap: 'skip' as const, states: ['queued'], whats: ['run', 'skipped'] },
    { overlap: 'queue' as const, states: ['queued', 'queued'], whats: ['run', 'run'] },
    { overlap: 'replace' as const, states: ['queued', 'cancelled'], whats: ['run', 'run'] },
  ])('when the run before is still open, overlap: $overlap', async ({ overlap, ...expected }) => {
    for (const key of ['one', 'each/{at}']) {
      await using opened = await open(openTestDatabase)
      const { world, time } = opened
      const { hostler, context } = world
      const submission = { key, prompt: 'x' }
      const { id } = await hostler.schedules.create(newSchedule({ overlap, submission }))
      time.at = firstAt
      await fireDue(context)
      time.at += dayMs
      await fireDue(context)
      const { items: runs } = await hostler.runs.list({ scheduleId: id })
      expect(runs.map(({ state }) => state)).toEqual(expected.states)
      const firings = await firingsOf(hostler, { id })
      expect(firings.map(({ what }) => what)).toEqual(expected.whats)
      if (overlap === 'skip') {
        expect(firings[1]?.reason).toBe(`run ${runs[0]?.id} of an earlier time was still open`)
      }
    }
  })

  test('a run that has ended is in nobody’s way', async () => {
    await using opened = await open(openTestDatabase)
    const { world, time } = opened
    const { hostler, store, context } = world
    const { id } = await hostler.schedules.create(newSchedule())
    time.at = firstAt
    await fireDue(context)
    await (await takeTurn(store)).succeed()
    time.at += dayMs
    await fireDue(context)
    expect((await firingsOf(hostler, { id })).map(({ what }) => what)).toEqual(['run', 'run'])
  })

  test('what is refused is told, and the schedule goes on', async () => {
    await using opened = await open(openTestDatabase)
    const { world, time } = opened
    const { hostler, context } = world
    const session = await hostler.sessions.create({ key: 'one' })
    const submission = { key: 'one', prompt: 'x' }
    const { id } = await hostler.schedules.create(newSchedule({ submission }))
    await hostler.sessions.archive(session.id)
    time.at = firstAt
    await fireDue(context)
    expect(await firingsOf(hostler, { id })).toMatchObject([
      {
        at: firstAt,
        what: 'skipped',
        reason: expect.stringMatching(/^session_archived: .*fork it/),
      },
    ])
    expect((await hostler.schedules.get(id)).nextAt[0]).toBe(firstAt + dayMs)
    await hostler.sessions.delete(session.id)
    time.at += dayMs
    await fireDue(context)
    expect((await firingsOf(hostler, { id })).at(-1)).toMatchObject({ what: 'run' })
  })

  test('of many times the last thousand are told', async () => {
    await using opened = await open(openTestDatabase)
    const { world, time } = opened
    const { hostler, context, store } = world
    const { id } = await hostler.schedules.create(newSchedule({ cron: '* * * * * *' }))
    const old = Array.from({ length: 1005 }, (_, index) => ({
      schedule_id: id,
      at: start - (index + 1) * secondMs,
      fired_at: start,
      what: 'skipped' as const,
    }))
    await store.transact((tx) => tx.db.insertInto('firings').values(old).execute())
    time.at += secondMs
    await fireDue(context)
    const firings = await firingsOf(hostler, { id })
    expect(firings).toHaveLength(1000)
    expect(firings.at(-1)).toMatchObject({ at: time.at, what: 'run' })
    await hostler.schedules.delete(id)
    expect(await store.db.selectFrom('firings').select('at').execute()).toEqual([])
  })
})

function containing(error: object): object {
  return 'params' in error ? { ...error, params: expect.objectContaining(error.params) } : error
}
