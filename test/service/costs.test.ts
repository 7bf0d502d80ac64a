import { describe, expect, test } from 'vitest'
import { openContractWorld } from '../support/contract-world.ts'

describe.each(['in this process', 'HTTP'])('costs %s', (over) => {
  test('are summed up by what is asked for, and tell how far limits are used', async () => {
    await using world = await openContractWorld({ over })
    const { hostler } = world
    const runs = []
    for (const [key, team] of [
      ['a', 'inn'],
      ['a', 'inn'],
      ['b', 'yard'],
    ] as const) {
      const run = await hostler.runs.submit({ key, prompt: `p-${runs.length}`, labels: { team } })
      runs.push(await hostler.runs.wait(run.id, { timeoutMs: 30_000 }))
    }
    const costUsd = runs.reduce((sum, run) => sum + run.costUsd, 0)
    expect(costUsd).toBeGreaterThan(0)
    const byTeam = await hostler.costs({ by: ['label:team', 'session'] })
    expect(byTeam.lines.map(({ keys, runs: count }) => [...keys, count])).toEqual([
      ['inn', runs[0]?.sessionId, 2],
      ['yard', runs[2]?.sessionId, 1],
    ])
    expect(byTeam.total).toMatchObject({ runs: 3, attempts: 3 })
    expect(byTeam.total.costUsd).toBeCloseTo(costUsd, 9)
    const { lines } = await hostler.costs({ labels: { team: 'yard' }, timeZone: 'Asia/Kathmandu' })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ runs: 1, costUsd: runs[2]?.costUsd })
    const long = await hostler.costs({ from: 0, to: 1 })
    expect(long).toMatchObject({ lines: [], total: { costUsd: 0, runs: 0 } })
    await expect(hostler.costs({ from: 2, to: 1 })).rejects.toMatchObject({
      code: 'invalid_input',
    })
    expect((await hostler.status()).costTodayUsd).toBeCloseTo(costUsd, 9)
  })
})
