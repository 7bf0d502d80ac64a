import { expect, test } from 'vitest'
import { connectHostler } from '../../src/client/index.ts'
import { openContractWorld } from '../support/contract-world.ts'
import { firingsOf } from '../support/schedules.ts'
import { waitFor } from '../support/wait-for.ts'

const submission = { key: 'night', prompt: 'p-1' }
const patience = { timeoutMs: 30_000 }

test('over HTTP it is the same as in the process, and a worker fires it by itself', async () => {
  await using world = await openContractWorld({ over: 'HTTP' })
  const { hostler, inProcess } = world
  const given = { name: 'a/b c', cron: '0 0 1 1 *', timeZone: 'Asia/Tokyo', submission }
  const made = await hostler.schedules.create(given)
  expect(made).toEqual(await inProcess.schedules.get(made.id))
  expect(await hostler.schedules.get('name:a/b c')).toEqual(made)
  expect(await hostler.schedules.list({ state: 'active' })).toEqual({ items: [made], next: null })
  await expect(hostler.schedules.create(given)).rejects.toMatchObject({ code: 'name_taken' })
  await expect(hostler.schedules.update(made.id, { cron: 'x' })).rejects.toMatchObject({
    code: 'invalid_input',
    params: { field: 'cron' },
  })
  const now = await hostler.schedules.run(made.id)
  expect(await hostler.runs.wait(now.id, patience)).toMatchObject({ state: 'succeeded' })
  // Woken by the change, from a sleep until the next year.
  await hostler.schedules.update(made.id, { cron: '* * * * * *' })
  const fired = await waitFor(
    async () => (await firingsOf(hostler, made)).find(({ at }) => at % 1000 === 0)?.runId,
    patience,
  )
  await hostler.schedules.update(made.id, { paused: true })
  expect(await hostler.runs.wait(fired, patience)).toMatchObject({
    state: 'succeeded',
    scheduleId: made.id,
    sessionKey: 'night',
    submittedBy: 'schedule:a/b c',
  })
  expect(await hostler.schedules.firings(made.id)).toEqual(
    await inProcess.schedules.firings(made.id),
  )
  await hostler.schedules.delete(made.id)
  await expect(hostler.schedules.get(made.id)).rejects.toMatchObject({ code: 'not_found' })
})

test('a turn under way is left alone, or replaced', async () => {
  await using world = await openContractWorld({ over: 'in this process' })
  const { hostler } = world
  const held = { key: 'night/{at}', prompt: 'hold' }
  const given = { name: 'n', cron: '* * * * * *', submission: held }
  const schedule = await hostler.schedules.create(given)
  const skipped = await waitFor(
    async () => (await firingsOf(hostler, schedule)).find(({ what }) => what === 'skipped'),
    patience,
  )
  const [first] = await firingsOf(hostler, schedule)
  expect(skipped.reason).toContain(first?.runId)
  await hostler.schedules.update('name:n', { overlap: 'replace' })
  const ended = await hostler.runs.wait(first?.runId ?? '', patience)
  expect(ended).toMatchObject({ state: 'cancelled' })
  await hostler.schedules.update('name:n', { paused: true })
  const { lastRunId } = await hostler.schedules.get('name:n')
  world.release()
  await hostler.runs.cancel(lastRunId ?? '').catch(() => undefined)
})

test('to look needs read, to make needs run', async () => {
  await using world = await openContractWorld({ over: 'HTTP' })
  const { hostler, inProcess } = world
  const { token } = await inProcess.tokens.create({ label: 'l', scopes: ['read'] })
  const { token: runner } = await inProcess.tokens.create({ label: 'r', scopes: ['run'] })
  expect(await hostler.whoami().catch(({ code }: { code: string }) => code)).toBe('unauthorized')
  await using reader = connectHostler({ url: world.url, token })
  await using writer = connectHostler({ url: world.url, token: runner })
  const given = { name: 'n', cron: '0 0 1 1 *', submission }
  await expect(reader.schedules.create(given)).rejects.toMatchObject({ code: 'forbidden' })
  const { id } = await writer.schedules.create(given)
  expect((await reader.schedules.list()).items).toMatchObject([{ id, name: 'n' }])
  for (const act of [
    () => reader.schedules.run(id),
    () => reader.schedules.update(id, { paused: true }),
    () => reader.schedules.delete(id),
  ]) {
    await expect(act()).rejects.toMatchObject({ code: 'forbidden' })
  }
})
