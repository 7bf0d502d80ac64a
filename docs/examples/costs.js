// What was spent in the last week, by profile, and how far limits are used.
import { openHostler } from 'hostler'

const hostler = await openHostler({ dataDir: 'hostler-data', worker: false })
const from = Date.now() - 7 * 24 * 3_600_000
const { lines, total, limits } = await hostler.costs({ by: ['profile'], from })
for (const { keys, costUsd, runs } of lines) console.log(`${keys[0]}: ${costUsd} USD, ${runs} runs`)
for (const { name, spentUsd, limitUsd } of limits)
  console.log(`${name}: ${spentUsd} of ${limitUsd}`)
console.log(`${total.attempts} attempts`)
await hostler.close()
