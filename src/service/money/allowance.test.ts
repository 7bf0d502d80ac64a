import { describe, expect, test } from 'vitest'
import { openStore } from '../../store/open-store.ts'
import { tempDir } from '../../../test/support/temp-dir.ts'
import type { Configuration } from '../contract/configuration.ts'
import { parseConfiguration } from '../configuration/parse-configuration.ts'
import { type Allowance, fitsAllowance, readAllowance, toBudgetOption } from './allowance.ts'

const reservation = { limits: [], amountMicros: 0, toError: () => new Error('no') }
const own = { micros: 1_000_000, isOwn: true, reservation }
const shared = { ...own, isOwn: false }

test.each<[string, number | null, Allowance | null, boolean]>([
  ['nothing limits either', null, null, true],
  ['only the agent is limited', 1, null, false],
  ['only the turn is limited', null, own, false],
  ['it has just as much', 1, own, true],
  ['it has spent a tenth', 0.9, own, true],
  ['it has spent more', 0.899, own, false],
  ['it could spend more than it may', 1.001, own, false],
  ['others have spent meanwhile', 1.09, shared, true],
  ['others have spent much', 1.2, shared, false],
  ['it has spent half of the day', 0.5, shared, true],
  ['it has spent more than that', 0.49, shared, false],
])('an agent is kept or not: %s', (_, leftUsd, allowance, isFit) => {
  expect(fitsAllowance(leftUsd, allowance)).toBe(isFit)
})

describe('what is left for an attempt', () => {
  const about = { sessionId: null, labels: {} }
  async function read(
    budgets: Partial<Configuration['budgets']>,
    of: { maxBudgetUsd?: number; spentMicros?: number },
  ): Promise<Allowance | null> {
    await using dir = await tempDir()
    await using store = await openStore({ path: `${dir.path}/hostler.db` })
    const profile = { name: 'default' }
    const context = { baseDir: dir.path, env: {}, dataDir: dir.path }
    const parsed = parseConfiguration({ budgets }, context)
    const configuration = (): Configuration => parsed
    const { maxBudgetUsd, spentMicros = 0 } = of
    return await readAllowance(
      { store, configuration },
      { profile, maxBudgetUsd, spentMicros, ...about },
    )
  }

  test('is nothing in particular where there is no limit', async () => {
    expect(await read({}, {})).toBeNull()
    expect(toBudgetOption(null)).toEqual({})
  })

  test('is what a run’s former attempts have left of it, and all of that is set aside', async () => {
    const left = await read({}, { maxBudgetUsd: 2, spentMicros: 500_000 })
    expect(left).toMatchObject({ micros: 1_500_000, isOwn: true })
    expect(left?.reservation.amountMicros).toBe(1_500_000)
    expect(toBudgetOption(left)).toEqual({ maxBudgetUsd: 1.5 })
    await expect(read({}, { maxBudgetUsd: 2, spentMicros: 2_000_000 })).rejects.toThrow(
      'the limit "run" is reached: $2.00 of $2.00 are spent',
    )
  })

  test('is the least of all, and of a limit of many only a part is set aside', async () => {
    const left = await read({ maxDayUsd: 20, reserveUsd: 3 }, {})
    expect(left).toMatchObject({ micros: 20_000_000, isOwn: false })
    expect(left?.reservation.amountMicros).toBe(3_000_000)
    const less = await read({ maxDayUsd: 20 }, { maxBudgetUsd: 5 })
    expect(less).toMatchObject({ micros: 5_000_000, isOwn: true })
    expect(less?.reservation.amountMicros).toBe(5_000_000)
  })
})
