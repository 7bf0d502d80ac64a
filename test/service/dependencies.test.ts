import { expect, test } from 'vitest'
import { openTestFront } from '../support/fronts.ts'
import { startTestService } from '../support/running-service.ts'
import { forEachDatabase } from '../support/stores.ts'
import { waitFor } from '../support/wait-for.ts'

forEachDatabase((openTestDatabase) => {
  test('a run says what it depends on, and what holds it up', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { runs } = world.hostler
    const first = await runs.submit({ key: 'a', prompt: 'x' })
    const second = await runs.submit({ key: 'b', prompt: 'x' })
    const after = await runs.submit({
      key: 'c',
      prompt: 'y',
      dependsOn: [second.id, first.id, second.id],
      onDependencyFailure: 'skip',
    })
    expect(after).toMatchObject({
      state: 'queued',
      ahead: 0,
      dependsOn: [first.id, second.id],
      onDependencyFailure: 'skip',
      held: {
        by: 'dependencies',
        until: null,
        reason: `it depends on 2 of 2 runs: ${first.id} (queued), ${second.id} (queued)`,
      },
    })
    expect(await runs.get(after.id)).toEqual(after)
    expect(await runs.submit({ key: 'c', prompt: 'z' })).toMatchObject({ ahead: 0 })
  })

  test('a child that could only wait for what waits for it is refused', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { runs } = world.hostler
    const top = await runs.submit({ key: 'top', prompt: 'x' })
    const parent = await runs.submit({ key: 'parent', prompt: 'x', parentRunId: top.id })
    const child = { key: 'child', prompt: 'y', parentRunId: parent.id }
    const refused = { code: 'invalid_input', params: { field: 'dependsOn' } }
    await expect(runs.submit({ ...child, dependsOn: [parent.id] })).rejects.toMatchObject(refused)
    await expect(runs.submit({ ...child, dependsOn: [top.id] })).rejects.toMatchObject(refused)
    const behind = await runs.submit({ key: 'z', prompt: 'x', dependsOn: [top.id] })
    await expect(runs.submit({ ...child, dependsOn: [behind.id] })).rejects.toMatchObject(refused)
    // Its sibling's end needs neither.
    const sibling = await runs.submit({ ...child, key: 'sibling' })
    expect(await runs.submit({ ...child, dependsOn: [sibling.id] })).toMatchObject({
      dependsOn: [sibling.id],
    })
  })

  test('a child is as urgent as its parent, unless it says otherwise', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { runs } = world.hostler
    const parent = await runs.submit({ key: 'p', prompt: 'x', priority: 7 })
    const parentRunId = parent.id
    expect(await runs.submit({ key: 'a', prompt: 'x', parentRunId })).toMatchObject({ priority: 7 })
    const own = { key: 'b', prompt: 'x', parentRunId, priority: -3 }
    expect(await runs.submit(own)).toMatchObject({ priority: -3 })
  })

  test('with a run its open children are cancelled, and theirs', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { runs } = world.hostler
    const parent = await runs.submit({ key: 'p', prompt: 'x' })
    const child = await runs.submit({ key: 'c', prompt: 'x', parentRunId: parent.id })
    const ended = await runs.submit({ key: 'e', prompt: 'x', parentRunId: parent.id })
    await runs.cancel(ended.id)
    const grandchild = await runs.submit({ key: 'g', prompt: 'x', parentRunId: child.id })
    const other = await runs.submit({ key: 'o', prompt: 'x' })
    await runs.cancel(parent.id)
    for (const { id } of [parent, child, grandchild]) {
      expect(await runs.get(id)).toMatchObject({ state: 'cancelled', outcome: 'cancelled' })
    }
    expect(await runs.get(other.id)).toMatchObject({ state: 'queued' })
  })
})

test('a diamond of runs is run in its order, and what depends on a failure ends with it', async () => {
  await using world = await startTestService({
    profile: { shareWorkspace: true },
    scenario: { everyTurn: [{ do: 'reply', text: 'did {{prompt}}' }] },
  })
  const { hostler, ended } = world
  const submit = (prompt: string, dependsOn: string[] = []) =>
    hostler.runs.submit({
      key: prompt,
      prompt,
      dependsOn,
      delayMs: dependsOn.length === 0 ? 300 : 0,
    })
  const top = await submit('top')
  const [left, right] = [await submit('left', [top.id]), await submit('right', [top.id])]
  const bottom = await submit('bottom', [left.id, right.id])
  const [a, b, c, d] = await Promise.all([top, left, right, bottom].map(ended))
  expect(d).toMatchObject({ outcome: 'ok', text: 'did bottom', held: null })
  for (const side of [b, c]) {
    expect(side?.startedAt ?? 0).toBeGreaterThanOrEqual(a?.endedAt ?? Infinity)
    expect(d?.startedAt ?? 0).toBeGreaterThanOrEqual(side?.endedAt ?? Infinity)
  }

  const never = await hostler.runs.submit({ key: 'never', prompt: 'x', delayMs: 3_600_000 })
  const failing = await submit('failing', [never.id])
  const skipped = await hostler.runs.submit({
    key: 'skipped',
    prompt: 'x',
    dependsOn: [failing.id],
    onDependencyFailure: 'skip',
  })
  const anyway = await hostler.runs.submit({
    key: 'anyway',
    prompt: 'anyway',
    dependsOn: [skipped.id],
    onDependencyFailure: 'run',
  })
  await hostler.runs.cancel(never.id)
  expect(await ended(failing)).toMatchObject({
    state: 'failed',
    outcome: 'dependency_failed',
    error: { message: `run ${never.id}, on which it depends, was cancelled` },
  })
  expect(await ended(skipped)).toMatchObject({ state: 'cancelled', outcome: 'dependency_failed' })
  expect(await ended(anyway)).toMatchObject({ state: 'succeeded', text: 'did anyway' })
})

test('a dependency whose result is to be reviewed has succeeded when it is accepted', async () => {
  await using world = await startTestService({
    profile: { shareWorkspace: true },
    scenario: { everyTurn: [{ do: 'reply', text: 'did {{prompt}}' }] },
  })
  const { hostler, ended } = world
  const first = await hostler.runs.submit({ key: 'a', prompt: 'first', review: true })
  const after = await hostler.runs.submit({ key: 'b', prompt: 'after', dependsOn: [first.id] })
  const inReview = async (text: string): Promise<void> => {
    await waitFor(async () => {
      const run = await hostler.runs.get(first.id)
      return run.state === 'waiting' && run.text?.includes(text)
    })
  }
  await inReview('did first')
  expect(await hostler.runs.get(after.id)).toMatchObject({ held: { by: 'dependencies' } })
  await hostler.runs.reject(first.id, { comment: 'shorter, please' })
  await inReview('shorter, please')
  expect(await hostler.runs.get(after.id)).toMatchObject({ state: 'queued' })
  expect(await hostler.runs.accept(first.id)).toMatchObject({ state: 'succeeded' })
  expect(await ended(after)).toMatchObject({ outcome: 'ok' })
  await expect(hostler.runs.accept(first.id)).rejects.toMatchObject({ code: 'run_not_in_review' })
})
