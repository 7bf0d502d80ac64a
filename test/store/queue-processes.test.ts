import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { forEachDatabase, type TestDatabasePlace } from '../support/stores.ts'
import { begin, claim, claimOne, settle } from './queue-harness.ts'

const program = new URL('enqueue-once.ts', import.meta.url).pathname

forEachDatabase((openTestDatabase) => {
  test('S1: two processes submit for one key at once: one session, one run at a time, both', async () => {
    await using database = await openTestDatabase()
    const submitters = [
      await startSubmitter(database, 'one'),
      await startSubmitter(database, 'two'),
    ]
    for (const submitter of submitters) submitter.go()
    expect(await Promise.all(submitters.map(({ ended }) => ended))).toEqual([0, 0])

    const store = await database.openStore()
    const sessions = await store.db.selectFrom('sessions').selectAll().execute()
    expect(sessions).toHaveLength(1)
    const prompts = []
    for (let n = 1; n <= 2; n++) {
      const one = await claimOne(store)
      expect(one.run.ordinal).toBe(n)
      await begin(store, one)
      expect(await claim(store)).toEqual([])
      await settle(store, one)
      prompts.push(one.run.prompt_text)
    }
    expect(prompts.toSorted()).toEqual(['one', 'two'])
  })
})

async function startSubmitter(
  { where }: TestDatabasePlace,
  prompt: string,
): Promise<{ go(): void; ended: Promise<number | null> }> {
  const child = spawn(process.execPath, [program, JSON.stringify(where), prompt], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null)
  await once(child.stdout, 'data')
  return { go: () => void child.stdin.write('go\n'), ended }
}
