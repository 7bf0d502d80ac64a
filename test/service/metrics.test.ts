import { expect, test } from 'vitest'
import { createLog } from '../../src/log.ts'
import { startDaemon } from '../../src/main.ts'
import { parseConfiguration } from '../../src/service/configuration/parse-configuration.ts'
import { text } from '../../src/testing/index.ts'
import { openTestService } from '../support/service.ts'

test('the metrics tell what was waited for: the start of a run, its events, the database', async () => {
  await using world = await openTestService({ script: [text('r-1')] })
  const { dataDir, root, configuration, env } = world
  const parsed = parseConfiguration(configuration, { baseDir: root, env: {}, dataDir })
  const log = createLog({ level: 'error', format: 'text', destination: { write: () => undefined } })
  const given = { ...parsed, server: { ...parsed.server, port: 0 } }
  const daemon = await startDaemon(given, { kind: 'serve', env, log })
  await using _ = {
    [Symbol.asyncDispose]: () => daemon.stop({ agents: 'drain', drainMs: 0 }),
  }
  const hostler = daemon.service.front('local')
  const run = await hostler.runs.submit({ key: 'k', prompt: 'p' })
  await hostler.runs.wait(run.id, { timeoutMs: 30_000 })
  const said = await (await fetch(new URL('/metrics', daemon.server?.url))).text()
  const counted = (name: string): number =>
    Number(new RegExp(`^${name}_count (\\d+)$`, 'm').exec(said)?.[1])
  expect(counted('hostler_enqueue_to_start_seconds')).toBe(1)
  expect(counted('hostler_event_lag_seconds')).toBeGreaterThan(5)
  // Its start and end at least, and the worker's own.
  expect(counted('hostler_database_seconds')).toBeGreaterThan(4)
})
