import { parseConfiguration } from '../../src/service/configuration/parse-configuration.ts'
import { noObserver } from '../../src/service/observer.ts'
import { fireDue } from '../../src/service/schedules/start-firing.ts'
import { defaultRetryPauses } from '../../src/service/outcomes/retry-pauses.ts'
import { nextScheduleIn } from '../../src/store/schedules/due-schedules.ts'
import { openStore } from '../../src/store/open-store.ts'

// Run as a process of its own: fires schedules in simulated time, from the time given and as fast as it
// can, until it is killed or that time is over.
const [where = '', baseDir = '', from = '0', to = '0'] = process.argv.slice(2)
let at = Number(from)
const store = await openStore(JSON.parse(where), { clock: () => at })
const configuration = parseConfiguration(
  {
    dataDir: baseDir,
    limits: { maxOpenRuns: 1_000_000 },
    workspaces: { roots: [baseDir] },
    profiles: { default: { workspace: { path: baseDir } } },
  },
  { baseDir, env: {}, dataDir: baseDir },
)
const quiet = (): void => undefined
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => log }
process.stdout.write('ready\n')
while (at <= Number(to)) {
  await fireDue({
    store,
    configuration: () => configuration,
    log,
    env: {},
    observer: noObserver,
    retryPauses: defaultRetryPauses,
    publicUrl: () => Promise.resolve(null),
  })
  const nextIn = await nextScheduleIn(store)
  at += Math.max(1, nextIn ?? 1)
}
await store[Symbol.asyncDispose]()
