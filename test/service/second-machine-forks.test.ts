import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OpenedHostler, Run, Submission } from '../../src/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { git, makeRemote } from '../support/files-world.ts'
import { type Machines, openMachines } from '../support/machines.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { waitFor } from '../support/wait-for.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

const limit = { timeoutMs: 40_000 }
const answers = ['1', '2', '3', 'fork'].map((n) =>
  text(`ANSWER-${n}`, { repeat: true, when: { lastUserText: `PROMPT-${n}` } }),
)

async function ended(hostler: OpenedHostler, submission: Submission): Promise<Run> {
  const { id } = await hostler.runs.submit(submission)
  return await hostler.runs.wait(id, limit)
}

async function threeRuns(hostler: OpenedHostler): Promise<Run[]> {
  const runs: Run[] = []
  for (const n of [1, 2, 3]) runs.push(await ended(hostler, { key: 'k', prompt: `PROMPT-${n}` }))
  return runs
}

/** What of the parent's conversation the model was shown last. */
function seen({ model }: Machines): string[] {
  const said = ['PROMPT-1', 'ANSWER-1', 'PROMPT-2', 'ANSWER-2', 'PROMPT-3', 'ANSWER-3']
  return said.filter((one) => countInConversation(lastPrompt(model), one) > 0)
}

/** As it is when a transcript could not be saved. */
async function forgetPlaces({ url }: Machines, ordinals: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`update runs set transcript_bytes = null where ordinal in (${ordinals})`)
  await client.end()
}

describe('a fork on another machine', () => {
  test('knows what was said up to where it branches off, and no more', async () => {
    await using world = await openMachines(postgres, { script: answers })
    const a = await world.machine('a')
    const onA = await a.open()
    const [, second] = await threeRuns(onA)
    await onA.close()
    await a.vanish()
    const onB = await (await world.machine('b')).open()
    await onB.sessions.fork('key:k', { key: 'f2', afterRun: second?.id ?? '' })
    expect(await ended(onB, { key: 'f2', prompt: 'PROMPT-fork' })).toMatchObject({ outcome: 'ok' })
    expect(seen(world)).toEqual(['PROMPT-1', 'ANSWER-1', 'PROMPT-2', 'ANSWER-2'])
    await onB.sessions.fork('key:k', { key: 'f3' })
    expect(await ended(onB, { key: 'f3', prompt: 'PROMPT-fork' })).toMatchObject({ outcome: 'ok' })
    expect(seen(world)).toHaveLength(6)
    expect(await ended(onB, { key: 'k', prompt: 'PROMPT-1' })).toMatchObject({ outcome: 'ok' })
    expect(countInConversation(lastPrompt(world.model), 'PROMPT-fork')).toBe(0)
  })

  test('never sees more, though nothing tells where that is: then it is said, and begun anew only if it may be', async () => {
    await using world = await openMachines(postgres, { script: answers })
    const profiles = { free: { extends: 'default', onSessionLost: 'fresh' } }
    const machine = await world.machine('a', { profiles })
    const hostler = await machine.open()
    const [first] = await threeRuns(hostler)
    await forgetPlaces(world, '1, 2, 3')
    await hostler.sessions.fork('key:k', { key: 'f', afterRun: first?.id ?? '' })
    const sent = world.model.prompts.length
    expect(await ended(hostler, { key: 'f', prompt: 'PROMPT-fork' })).toMatchObject({
      state: 'failed',
      outcome: 'session_not_found',
      error: { code: 'conversation_lost' },
    })
    expect(world.model.prompts).toHaveLength(sent)
    await hostler.sessions.configure('key:f', { profile: 'free' })
    expect(await ended(hostler, { key: 'f', prompt: 'PROMPT-fork' })).toMatchObject({
      outcome: 'ok',
    })
    expect(seen(world)).toEqual([])
    expect(machine.logged.join('')).toContain('begins anew')
    // At its end there is nothing that it must not see.
    await hostler.sessions.fork('key:k', { key: 'end' })
    expect(await ended(hostler, { key: 'end', prompt: 'PROMPT-fork' })).toMatchObject({
      outcome: 'ok',
    })
    expect(seen(world)).toHaveLength(6)
  })

  test('whose first turn was lost with its machine knows its parent’s conversation all the same', async () => {
    const script = [
      tool(
        'Bash',
        { command: 'touch begun; sleep 600' },
        { when: { lastUserText: 'PROMPT-fork' } },
      ),
      ...answers,
    ]
    await using world = await openMachines(postgres, {
      script,
      profile: { allowedTools: ['Bash'] },
    })
    const a = await world.machine('a')
    const workerA = await a.start({ kind: 'worker' })
    const front = await (await world.machine('front')).open({ worker: false })
    const [, second] = await threeRuns(front)
    await front.sessions.fork('key:k', { key: 'f', afterRun: second?.id ?? '' })
    const run = await front.runs.submit({ key: 'f', prompt: 'PROMPT-fork' })
    await waitFor(() => existsSync(join(world.workspace, 'begun')), limit)
    await a.vanish()
    await (await world.machine('b')).open()
    const done = await front.runs.wait(run.id, limit)
    expect(done, `${JSON.stringify(done.error)}${workerA.log()}`).toMatchObject({
      outcome: 'ok',
      text: 'ANSWER-fork',
    })
    expect(seen(world)).toEqual(['PROMPT-1', 'ANSWER-1', 'PROMPT-2', 'ANSWER-2'])
  })

  test('works on from the files of its parent, which were never pushed, on a branch of its own', async () => {
    const command =
      'echo one > committed && git add committed && ' +
      'git -c user.name=T -c user.email=t@localhost commit -qm One && echo two > draft'
    await using world = await openMachines(postgres, {
      profile: { allowedTools: ['Bash'] },
      script: [
        tool('Bash', { command }, { when: { lastUserText: 'work', hasToolResult: false } }),
        text('done', { repeat: true }),
      ],
    })
    const remote = await makeRemote(join(world.roots, 'remote.git'))
    const configuration = {
      profiles: { repo: { extends: 'default', workspace: { git: remote.url } } },
    }
    const a = await world.machine('a', configuration)
    const onA = await a.open()
    expect(await ended(onA, { key: 'k', prompt: 'work', profile: 'repo' })).toMatchObject({
      outcome: 'ok',
    })
    await onA.close()
    await a.vanish()
    const onB = await (await world.machine('b', configuration)).open()
    // Of the first one's branch, the last one's parent having none of its own yet.
    await onB.sessions.fork('key:k', { key: 'unused' })
    for (const [key, from] of [
      ['f', 'key:k'],
      ['g', 'key:unused'],
    ] as const) {
      const fork = await onB.sessions.fork(from, { key })
      const done = await ended(onB, { key, prompt: 'look' })
      expect(done, JSON.stringify(done.error)).toMatchObject({ outcome: 'ok' })
      const cwd = (await onB.sessions.get(fork.id)).cwd ?? ''
      expect(await readFile(join(cwd, 'draft'), 'utf8')).toBe('two\n')
      expect(await git(cwd, 'log', '--format=%s', '-1')).toBe('One')
      expect(await git(cwd, 'branch', '--show-current')).toBe(`hostler/${fork.id}`)
    }
  })
})
