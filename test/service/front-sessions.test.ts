import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openTestFront } from '../support/fronts.ts'
import { forEachDatabase } from '../support/stores.ts'
import { collect } from '../support/streams.ts'

forEachDatabase((openTestDatabase) => {
  test('a session is made, found by id and key, and told of', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, workspace } = world
    const made = await hostler.sessions.create({
      key: 'team/1',
      title: 'Team',
      options: { model: 'opus' },
      labels: { team: 'a' },
    })
    expect(made).toMatchObject({
      key: 'team/1',
      profile: 'default',
      workspace: { path: workspace },
      cwd: null,
      onBusy: 'queue',
      state: 'active',
      currentRun: null,
      queuedRuns: 0,
      lastSeq: 1,
      firstSeq: 1,
      totals: { runs: 0, costUsd: 0 },
    })
    expect(await hostler.sessions.get(made.id)).toEqual(made)
    expect(await hostler.sessions.get('key:team/1')).toEqual(made)
    const events = collect(hostler.sessions.events(made.id, { until: 'now' }))
    await events.ended
    expect(events.items).toMatchObject([{ seq: 1, type: 'session_created', profile: 'default' }])
    const audit = await hostler.audit()
    expect(audit.items).toMatchObject([
      { actor: 'local', action: 'session.create', subjectId: made.id },
    ])
  })

  test('what cannot be is refused, and nothing is written', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, workspace } = world
    const { sessions } = hostler
    await sessions.create({ key: 'mine' })
    await expect(sessions.create({ key: 'mine' })).rejects.toMatchObject({ code: 'key_taken' })
    await expect(sessions.create({ profile: 'reviewr' })).rejects.toMatchObject({
      code: 'not_found',
      message: 'no profile "reviewr"',
      cure: 'did you mean "reviewer"? (there are default, reviewer, shared, homeless)',
    })
    await expect(sessions.create({ profile: 'constructor' })).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(sessions.create({ profile: 'homeless' })).rejects.toMatchObject({
      code: 'invalid_input',
      params: { field: 'workspace' },
    })
    await expect(sessions.create({ workspace: { path: '/etc' } })).rejects.toMatchObject({
      code: 'workspace_not_allowed',
    })
    await symlink('/etc', join(workspace, 'out'))
    const out = { path: join(workspace, 'out') }
    await expect(sessions.create({ workspace: out })).rejects.toMatchObject({
      code: 'workspace_not_allowed',
    })
    const options = { outputFormat: { type: 'json_schema' as const, schema: { type: 'array' } } }
    await expect(sessions.create({ options })).rejects.toMatchObject({
      code: 'invalid_input',
      params: { field: expect.stringMatching(/^options\.outputFormat/) },
    })
    for (const id of ['nobody', 'key:nobody', '0198b5c8-0000-7000-8000-000000000000']) {
      await expect(sessions.get(id)).rejects.toMatchObject({ code: 'not_found' })
    }
    await expect(sessions.get('')).rejects.toMatchObject({ code: 'invalid_input' })
    expect((await sessions.list()).items).toHaveLength(1)
    expect((await hostler.audit()).items).toHaveLength(1)
  })

  test('what two sessions may not use at once is the folder, unless the profile shares it', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store, workspace } = world
    const own = await hostler.sessions.create({})
    const shared = await hostler.sessions.create({ profile: 'shared' })
    const cloned = await hostler.sessions.create({
      profile: 'homeless',
      workspace: { git: 'https://git.example/repo.git' },
    })
    const rows = await store.db.selectFrom('sessions').select(['id', 'workspace_lock']).execute()
    const locks = new Map(rows.map((row) => [row.id, row.workspace_lock]))
    expect(locks.get(own.id)).toBe(workspace)
    expect(locks.get(shared.id)).toBeNull()
    expect(locks.get(cloned.id)).toBeNull()
  })

  test('a list is read page by page, newest first, by what is looked for', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { sessions } = world.hostler
    for (let index = 0; index < 5; index++) {
      await sessions.create({ key: `k${index}`, labels: { odd: String(index % 2) } })
    }
    const first = await sessions.list({}, { limit: 3 })
    expect(first.items.map(({ key }) => key)).toEqual(['k4', 'k3', 'k2'])
    const second = await sessions.list({}, { limit: 3, cursor: first.next ?? '' })
    expect(second.items.map(({ key }) => key)).toEqual(['k1', 'k0'])
    expect(second.next).toBeNull()
    const odd = await sessions.list({ labels: { odd: '1' } })
    expect(odd.items.map(({ key }) => key)).toEqual(['k3', 'k1'])
    expect((await sessions.list({ search: 'K2' })).items.map(({ key }) => key)).toEqual(['k2'])
    await world.hostler.runs.submit({ key: 'k0', prompt: 'a needle' })
    expect((await sessions.list({ busy: true })).items).toMatchObject([
      { key: 'k0', queuedRuns: 1 },
    ])
    expect((await sessions.list({ search: 'needle' })).items).toHaveLength(1)
    await expect(sessions.list({}, { limit: 0 })).rejects.toMatchObject({
      code: 'invalid_input',
      params: { field: 'limit' },
    })
    await expect(sessions.list({}, { cursor: 'x' })).rejects.toMatchObject({
      code: 'invalid_input',
      params: { field: 'cursor' },
    })
  })

  test('a session is configured: what is given changes, with the queue it is in', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const { id } = await hostler.sessions.create({ key: 'a', title: 'Old' })
    await hostler.sessions.create({ key: 'b' })
    const changed = await hostler.sessions.configure(id, {
      title: null,
      profile: 'reviewer',
      options: { maxTurns: 3 },
    })
    expect(changed).toMatchObject({
      key: 'a',
      title: null,
      profile: 'reviewer',
      onBusy: 'steer',
      options: { maxTurns: 3 },
    })
    expect(await hostler.sessions.configure(id, {})).toEqual(changed)
    const { pool } = await store.db
      .selectFrom('sessions')
      .select('pool')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(pool).toBe('fast')
    await expect(hostler.sessions.configure(id, { key: 'b' })).rejects.toMatchObject({
      code: 'key_taken',
    })
    await expect(hostler.sessions.configure(id, { profile: 'x' })).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(await hostler.sessions.configure(id, { key: null, onBusy: 'interrupt' })).toMatchObject({
      key: null,
      onBusy: 'interrupt',
    })
    const events = collect(hostler.sessions.events(id, { after: 1, until: 'now' }))
    await events.ended
    expect(events.items).toMatchObject([
      { type: 'session_changed', fields: ['title', 'profile', 'options'] },
      { type: 'session_changed', fields: ['key', 'onBusy'] },
    ])
  })

  test('an archived session takes no runs, and only such a one is deleted, with all of it', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const { sessionId, id } = await hostler.runs.submit({ key: 'a', prompt: 'one' })
    const attachment = { name: 'a.txt', mediaType: 'text/plain', data: Buffer.from('hello') }
    await hostler.runs.submit({ key: 'a', prompt: 'two', attachments: [attachment] })
    await expect(hostler.sessions.delete(sessionId)).rejects.toMatchObject({
      code: 'session_not_archived',
    })
    expect(await hostler.sessions.archive('key:a')).toMatchObject({
      state: 'archived',
      queuedRuns: 0,
    })
    expect(await hostler.runs.get(id)).toMatchObject({ state: 'cancelled', outcome: 'cancelled' })
    for (const attempt of [{ key: 'a' }, { sessionId }]) {
      await expect(hostler.runs.submit({ ...attempt, prompt: 'x' })).rejects.toMatchObject({
        code: 'session_archived',
      })
    }
    await expect(hostler.runs.retry(id)).rejects.toMatchObject({ code: 'session_archived' })
    const { updatedAt } = await hostler.sessions.get(sessionId)
    expect(await hostler.sessions.archive(sessionId)).toMatchObject({ updatedAt })
    await hostler.sessions.delete(sessionId)
    await expect(hostler.sessions.get(sessionId)).rejects.toMatchObject({ code: 'not_found' })
    for (const table of ['runs', 'events', 'attachments', 'chunks'] as const) {
      expect(await store.db.selectFrom(table).selectAll().execute()).toEqual([])
    }
    const actions = (await hostler.audit()).items.map(({ action }) => action)
    expect(actions).toEqual([
      'session.delete',
      'session.archive',
      'run.submit',
      'run.submit',
      'session.create',
    ])
  })
})
