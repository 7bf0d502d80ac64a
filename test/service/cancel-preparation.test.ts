import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { text } from '../../src/testing/index.ts'
import { makeRemote } from '../support/files-world.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { type RunningService, startTestService } from '../support/running-service.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

type SlowGit = RunningService & {
  remote: { url: string }
  /** Resolves when a fetch hangs. */
  isFetching(): Promise<unknown>
  /** Lets fetches through, those that hang included. */
  go(): Promise<void>
}

const cancelled = { state: 'cancelled', outcome: 'cancelled' }

/** A service whose git hangs at a fetch until it may go on. */
async function openSlowGit(dir: { path: string }): Promise<SlowGit> {
  const bin = join(dir.path, 'bin')
  await mkdir(bin)
  const program = `#!/bin/sh
case " $* " in *" fetch "*)
  echo "$$" >> '${dir.path}/fetching'
  while [ ! -e '${dir.path}/go' ]; do sleep 0.05; done;;
esac
PATH="\${PATH#*:}" exec git "$@"
`
  await writeFile(join(bin, 'git'), program, { mode: 0o755 })
  const remote = await makeRemote(join(dir.path, 'remote.git'))
  const world = await startTestService({
    script: [text('done', { repeat: true })],
    profile: { workspace: { git: remote.url } },
    configuration: { workspaces: { roots: [dir.path] } },
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
  })
  return {
    ...world,
    remote,
    isFetching: () => waitFor(() => existsSync(join(dir.path, 'fetching'))),
    go: () => writeFile(join(dir.path, 'go'), ''),
  }
}

async function fetchersOf(dir: { path: string }): Promise<number[]> {
  return (await readFile(join(dir.path, 'fetching'), 'utf8')).trim().split('\n').map(Number)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a run that is cancelled while its workspace is cloned ends soon, and nothing is started for it', async () => {
  await using dir = await tempDir()
  await using world = await openSlowGit(dir)
  const { hostler, model } = world
  const run = await hostler.runs.submit({ key: 'k', prompt: 'p' })
  await world.isFetching()
  expect(await hostler.runs.cancel(run.id)).toMatchObject({ cancelRequestedAt: expect.any(Number) })
  expect(await world.ended(run)).toMatchObject({ ...cancelled, attempts: [], costUsd: 0 })
  const [fetcher = 0] = await fetchersOf(dir)
  await waitFor(() => !isAlive(fetcher))
  expect(await hostler.agents.list()).toEqual([])
  const told = (await world.events(run.sessionId)).map(({ type }) => type)
  expect(told).not.toContain('run_started')
  expect(told.filter((type) => type === 'run_ended')).toHaveLength(1)
  // The session goes on: nothing of the clone that was broken off is in its way.
  await world.go()
  const next = await hostler.runs.submit({ key: 'k', prompt: 'next' })
  const done = await world.ended(next)
  expect(done, world.logged.join('')).toMatchObject({ outcome: 'ok' })
  expect(model.prompts).toHaveLength(1)
  expect(done.attempts).toHaveLength(1)
})

test('and so does one that waits for the clone of another session, which goes on', async () => {
  await using dir = await tempDir()
  await using world = await openSlowGit(dir)
  const { hostler, model } = world
  const first = await hostler.runs.submit({ key: 'a', prompt: 'p' })
  await world.isFetching()
  const second = await hostler.runs.submit({ key: 'b', prompt: 'p' })
  await waitFor(async () => (await hostler.sessions.get(second.sessionId)).workerId !== null)
  await hostler.runs.cancel(second.id)
  expect(await world.ended(second)).toMatchObject({ ...cancelled, attempts: [] })
  // Its place on the worker is free long before that clone is there.
  await waitFor(async () => (await hostler.sessions.get(second.sessionId)).workerId === null)
  expect(await fetchersOf(dir)).toHaveLength(1)
  await world.go()
  expect(await world.ended(first), world.logged.join('')).toMatchObject({ outcome: 'ok' })
  expect(model.prompts).toHaveLength(1)
})

test('a session that is archived while its workspace is cloned leaves no workspace and no process', async () => {
  await using dir = await tempDir()
  await using world = await openSlowGit(dir)
  const { hostler, model, dataDir } = world
  const run = await hostler.runs.submit({ key: 'k', prompt: 'p' })
  await world.isFetching()
  await hostler.sessions.archive(run.sessionId)
  expect(await world.ended(run)).toMatchObject({ ...cancelled, attempts: [] })
  const [fetcher = 0] = await fetchersOf(dir)
  await waitFor(() => !isAlive(fetcher))
  expect(existsSync(join(dataDir, 'workspaces', run.sessionId))).toBe(false)
  expect(listMarkedProcesses(dataDir)).toEqual([])
  expect(model.prompts).toEqual([])
})
