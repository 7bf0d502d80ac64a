import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Hostler, Run, Submission } from '../../src/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { git, makeRemote } from '../support/files-world.ts'
import { type Machine, type Machines, openMachines } from '../support/machines.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { waitFor } from '../support/wait-for.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

const commit =
  'echo one > committed && git add committed && ' +
  'git -c user.name=T -c user.email=t@localhost commit -qm One && echo two > draft && echo three >> readme'

const script = [
  tool('Bash', { command: commit }, { when: { lastUserText: 'work', hasToolResult: false } }),
  text('done', { repeat: true }),
]

async function ended(hostler: Hostler, submission: Submission): Promise<Run> {
  const { id } = await hostler.runs.submit(submission)
  return await hostler.runs.wait(id, { timeoutMs: 40_000 })
}

type GitMachines = Machines & { remote: { path: string; url: string }; a: Machine; b: Machine }

async function openGitMachines(saveWork: string): Promise<GitMachines> {
  const world = await openMachines(postgres, { script, profile: { allowedTools: ['Bash'] } })
  const remote = await makeRemote(join(world.roots, 'remote.git'))
  const configuration = {
    profiles: { repo: { extends: 'default', workspace: { git: remote.url }, saveWork } },
  }
  const machine = (name: string): Promise<Machine> => world.machine(name, configuration)
  return { ...world, remote, a: await machine('a'), b: await machine('b') }
}

function worktreeOf({ dataDir }: Machine, { sessionId }: { sessionId: string }): string {
  return join(dataDir, 'workspaces', sessionId)
}

describe('a git workspace', () => {
  test.each(['bundle', 'push'])(
    'is cloned again at another machine, with all that was made in it (%s)',
    async (saveWork) => {
      await using world = await openGitMachines(saveWork)
      const { a, b, remote } = world
      const onA = await a.open()
      const work = { key: 'k', prompt: 'work', profile: 'repo' }
      const first = await ended(onA, work)
      expect(first, a.logged.join('')).toMatchObject({ outcome: 'ok' })
      const there = worktreeOf(a, first)
      const head = await git(there, 'rev-parse', 'HEAD')
      expect(await git(there, 'log', '--format=%s', '-1')).toBe('One')
      await onA.close()
      await a.vanish()

      const onB = await b.open()
      expect(await ended(onB, { key: 'k', prompt: 'look' })).toMatchObject({ outcome: 'ok' })
      const here = worktreeOf(b, first)
      expect(await git(here, 'rev-parse', 'HEAD')).toBe(head)
      expect(await git(here, 'branch', '--show-current')).toBe(`hostler/${first.sessionId}`)
      expect(await readFile(join(here, 'draft'), 'utf8')).toBe('two\n')
      expect(await readFile(join(here, 'readme'), 'utf8')).toBe('hello\nthree\n')
      const pushed = await git(remote.path, 'branch', '--list', `hostler/${first.sessionId}`)
      expect(pushed !== '').toBe(saveWork === 'push')
      expect((await onB.sessions.get('key:k')).cwd).toBe(here)
    },
  )

  test('of a session that is archived goes from each machine that has it', async () => {
    await using world = await openGitMachines('bundle')
    const { a, b } = world
    const onA = await a.open()
    const first = await ended(onA, { key: 'k', prompt: 'work', profile: 'repo' })
    await onA.close()
    // A is only down: it has its worktree still, when B goes on with the session.
    const onB = await b.open()
    expect(await ended(onB, { key: 'k', prompt: 'look' })).toMatchObject({ outcome: 'ok' })
    expect([a, b].map((one) => existsSync(worktreeOf(one, first)))).toEqual([true, true])
    await onB.sessions.archive('key:k')
    await waitFor(() => !existsSync(worktreeOf(b, first)))
    expect(existsSync(worktreeOf(a, first))).toBe(true)
    await a.open()
    await waitFor(() => !existsSync(worktreeOf(a, first)))
    expect((await onB.agents.list()).filter(({ state }) => state === 'warm')).toEqual([])
  })

  test('that is archived in mid-turn goes when the turn is stopped', async () => {
    await using world = await openGitMachines('bundle')
    const onA = await world.a.open()
    world.model.push(tool('Bash', { command: 'sleep 600' }, { when: { lastUserText: 'long' } }))
    const run = await onA.runs.submit({ key: 'k', prompt: 'long', profile: 'repo' })
    await waitFor(() => world.model.prompts.length > 0, { timeoutMs: 30_000 })
    await onA.sessions.archive('key:k')
    expect(await onA.runs.wait(run.id, { timeoutMs: 20_000 })).toMatchObject({
      state: 'cancelled',
    })
    await waitFor(() => !existsSync(worktreeOf(world.a, run)))
    await waitFor(async () => (await onA.agents.list()).every(({ state }) => state === 'ended'))
  })

  test('of a session that is deleted goes with it, also when its worker was down; another’s stays', async () => {
    await using world = await openGitMachines('bundle')
    const { a, b } = world
    const onA = await a.open()
    const first = await ended(onA, { key: 'k', prompt: 'work', profile: 'repo' })
    const other = await ended(onA, { key: 'other', prompt: 'look', profile: 'repo' })
    await onA.close()
    const front = await b.open({ worker: false })
    await front.sessions.archive('key:k')
    await front.sessions.delete(first.sessionId)
    const stranger = worktreeOf(a, { sessionId: crypto.randomUUID() })
    await mkdir(stranger)
    await a.open()
    const there = worktreeOf(a, first)
    await waitFor(() => !existsSync(there) && !existsSync(`${there}.json`))
    expect(existsSync(stranger)).toBe(true)
    const clone = await git(worktreeOf(a, other), 'for-each-ref', '--format=%(refname)')
    expect(clone).toContain(other.sessionId)
    await waitFor(async () => {
      const refs = await git(worktreeOf(a, other), 'for-each-ref', '--format=%(refname)')
      return !refs.includes(first.sessionId)
    })
  })
})

test('a path is served by workers that have declared it, and by no other', async () => {
  await using world = await openMachines(postgres, { script: [text('done', { repeat: true })] })
  const inn = join(world.roots, 'inn')
  await mkdir(inn)
  await mkdir(join(world.roots, 'inn-2'))
  const a = await world.machine('a', { worker: { paths: [inn] } })
  const b = await world.machine('b', { worker: { paths: [world.workspace] } })
  const onA = await a.open()
  const fits = await ended(onA, { key: 'in', prompt: 'p', workspace: { path: inn } })
  expect(fits).toMatchObject({ outcome: 'ok' })
  // The next one’s name begins with the folder’s.
  const elsewhere = [world.workspace, join(world.roots, 'inn-2')]
  const left: Run[] = []
  for (const path of elsewhere) {
    left.push(await onA.runs.submit({ key: path, prompt: 'p', workspace: { path } }))
  }
  // A has looked at them when it has served one that came later.
  expect(await ended(onA, { key: 'in', prompt: 'p' })).toMatchObject({ outcome: 'ok' })
  for (const { id } of left) expect(await onA.runs.get(id)).toMatchObject({ state: 'queued' })
  const onB = await b.open()
  const [served] = left
  const done = await onB.runs.wait(served?.id ?? '', { timeoutMs: 40_000 })
  expect(done).toMatchObject({ outcome: 'ok' })
  const workers = await onB.workers.list()
  const idOfB = workers.map(({ id }) => id).find((id) => id !== fits.attempts[0]?.workerId)
  expect(done.attempts.map(({ workerId }) => workerId)).toEqual([idOfB])
  expect(await onB.runs.get(left[1]?.id ?? '')).toMatchObject({ state: 'queued' })
})
