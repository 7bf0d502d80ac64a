import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeReport } from '../../chaos/describe-report.ts'
import { type ChaosReport, runChaos } from '../../chaos/run-chaos.ts'
import { openTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { tempDir } from '../../support/temp-dir.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

const size = { kills: 10, prompts: 24, sessions: 6, agents: 'fake', settleMs: 120_000 } as const

/** The short one; the long one is `npm run chaos`. */
async function chaos(given: {
  seed: number
  database: string | null
  workers: number
}): Promise<ChaosReport> {
  await using dir = await tempDir()
  return await runChaos({ root: dir.path, ...size, ...given })
}

test('C3: hostler is killed at ten random moments of a busy mix, on a file', async () => {
  const report = await chaos({ seed: 11, database: null, workers: 0 })
  expect(report.problems, describeReport(report)).toEqual([])
  expect(report.facts.runs.length).toBeGreaterThanOrEqual(size.prompts)
}, 300_000)

test('C3: the same on PostgreSQL, with a second worker', async () => {
  await using database = await postgres.createDatabase()
  const report = await chaos({ seed: 12, database: database.url, workers: 1 })
  expect(report.problems, describeReport(report)).toEqual([])
  expect(report.facts.runs.length).toBeGreaterThanOrEqual(size.prompts)
}, 300_000)
