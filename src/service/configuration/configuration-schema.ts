import { z } from 'zod'
import type { Configuration } from '../contract/configuration.ts'
import { budgetsSchema } from './budgets-schema.ts'
import { byteSize, text, texts, timerOrNone, duration, whole } from './fields.ts'
import { serverSchema } from './server-schema.ts'
import { webhookSchema } from './webhook-schema.ts'
import { profileSchema, type WrittenProfile } from './profile-schema.ts'

/** What depends on the machine or on other keys is filled in later. */
export type WrittenConfiguration = Omit<
  Configuration,
  'dataDir' | 'profiles' | 'limits' | 'agents' | 'worker'
> & {
  dataDir?: string
  profiles: Record<string, WrittenProfile>
  limits: Omit<Configuration['limits'], 'perWorker' | 'minFreeMemoryBytes'> &
    Partial<Configuration['limits']>
  agents: Omit<Configuration['agents'], 'maxWarmMemoryBytes'> & Partial<Configuration['agents']>
  worker: Omit<Configuration['worker'], 'paths'> & Partial<Configuration['worker']>
}

const databaseUrl = z
  .string({ error: 'a URL such as postgres://user@host/hostler' })
  .regex(/^postgres(ql)?:\/\//, { error: 'a URL such as postgres://user@host/hostler' })

const limits = z
  .strictObject(
    {
      running: whole(1, 100_000, 'turns')
        .nullable()
        .default(null)
        .describe('Turns at once over all workers; null: no limit but the workers’ own.'),
      perWorker: whole(1, 10_000, 'turns')
        .exactOptional()
        .describe(
          'Turns at once on this worker. Without it: four for each processor core, but no more than have 512 MiB of memory each.',
        ),
      minFreeMemoryBytes: byteSize(0)
        .exactOptional()
        .describe(
          'No turn starts with a new agent while less memory is free. Without it: 1 GiB, or a quarter of the memory where that is less.',
        ),
      minFreeDiskBytes: byteSize(0)
        .default(256 * 1024 ** 2)
        .describe('No turn starts while less is free on the disk where agents keep their logs.'),
      maxOpenRuns: whole(1, 100_000_000, 'runs')
        .default(100_000)
        .describe('Open runs over all sessions, after which new ones are refused.'),
    },
    { error: 'an object of limits' },
  )
  .prefault({})
  .describe('How much at once.')

const agents = z
  .strictObject(
    {
      maxWarm: whole(0, 10_000, 'agents')
        .default(8)
        .describe('Idle agents kept by this worker, the least recently used ended first.'),
      maxWarmMemoryBytes: byteSize(0)
        .exactOptional()
        .describe('What they may hold together. Without it: a quarter of the memory.'),
      onStop: z
        .enum(['leave', 'drain'])
        .default('leave')
        .describe(
          'What becomes of running agents when hostler is told to stop: they go on and are found again, or their turns are awaited.',
        ),
      drainMs: timerOrNone.default(600_000).describe('How long draining may take.'),
    },
    { error: 'an object' },
  )
  .prefault({})
  .describe('What becomes of agents between turns and at the end.')

const worker = z
  .strictObject(
    {
      pools: texts
        .default(['default'])
        .describe('It takes runs of profiles that are of one of these pools.'),
      paths: z
        .union([z.literal('*'), texts], { error: '"*" or a list of folders' })
        .exactOptional()
        .describe(
          'Folders whose sessions it takes, those below them included; `*` for all. Without it: all with SQLite; with PostgreSQL `workspaces.roots` and the paths that profiles name.',
        ),
      leaseMs: duration(1000, 600_000, '10m')
        .default(5000)
        .describe('After so long without a heartbeat another worker takes a session over.'),
      heartbeatMs: duration(100, 300_000, '5m')
        .default(1500)
        .describe('How often leases are prolonged. At most half of `leaseMs`.'),
    },
    { error: 'an object' },
  )
  .prefault({})
  .describe('This process as one that runs agents.')

const log = z
  .strictObject(
    {
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('From here up.'),
      format: z
        .enum(['json', 'text'])
        .default('json')
        .describe('A JSON object a line, or lines for people.'),
    },
    { error: 'an object' },
  )
  .prefault({})
  .describe('On standard error.')

/** `hostler.yaml`, each key by itself, references resolved. */
export const configurationSchema: z.ZodType<WrittenConfiguration> = z.strictObject(
  {
    dataDir: text
      .exactOptional()
      .describe(
        'Agents’ folders, the SQLite file, clones, the lock. `--data-dir` and `HOSTLER_DATA_DIR` come first. Without any: `~/.local/share/hostler`.',
      ),
    database: databaseUrl
      .nullable()
      .default(null)
      .describe(
        'A PostgreSQL URL; null: the file `hostler.db` in the data directory. `--database-url` and `HOSTLER_DATABASE_URL` come first.',
      ),
    profiles: z
      .record(
        z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
          error: 'a name of letters, digits, ".", "_" and "-"',
        }),
        profileSchema,
        { error: 'an object of profiles by name' },
      )
      .default({})
      .describe('Named sets of options. `default` is always there.'),
    workspaces: z
      .strictObject(
        {
          roots: texts
            .default([])
            .describe(
              'Folders under which path workspaces may be. A profile’s own workspace is always allowed.',
            ),
        },
        { error: 'an object' },
      )
      .prefault({})
      .describe('Where sessions may work.'),
    limits,
    budgets: budgetsSchema,
    agents,
    worker,
    server: serverSchema,
    webhooks: z
      .array(webhookSchema, { error: 'a list of { name, url, secret, events }' })
      .default([])
      .describe('Where outcomes and requests are told to, signed as Standard Webhooks 1.0 says.'),
    log,
  },
  { error: 'an object' },
)
