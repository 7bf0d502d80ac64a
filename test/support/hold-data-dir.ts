import { lockDataDir } from '../../src/service/data-dir-lock.ts'

// Tries for the lock of a data directory, says what came of it, and holds it until it is ended.
const [dataDir = '', program = '', startAt = '0'] = process.argv.slice(2)
// All that were started for one race begin at the same time.
while (Date.now() < Number(startAt));
try {
  const lock = await lockDataDir(dataDir, { program })
  process.stdout.write('held\n')
  // A signal's listener alone would not keep the process.
  const stay = setInterval(() => undefined, 60_000)
  await new Promise((resolve) => process.once('SIGTERM', resolve))
  clearInterval(stay)
  await lock[Symbol.asyncDispose]()
  process.exit(0)
} catch (error) {
  process.stdout.write(`refused ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(3)
}
