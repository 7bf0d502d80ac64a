import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { startScriptedModel, type ScriptedModel } from '../../src/testing/index.ts'
import { isolatedEnv, newestClaude } from '../support/real-claude.ts'
import { writeChaosClaude } from './fake/write-chaos-claude.ts'
import { type HostlerPlace, placeOf } from './hostler-process.ts'
import { replyTo } from './model-script.ts'
import { toProfiles } from './profiles.ts'

/** Folders, a claude and a database: where a chaos takes place. */
export type ChaosWorld = AsyncDisposable & {
  root: string
  /** What the fake has noted; of the real one, the model tells. */
  records: string
  model: ScriptedModel
  url: string
  where: { path: string } | { url: string }
  /** The first is the one that serves. */
  places: HostlerPlace[]
}

export type WorldOptions = {
  /** A PostgreSQL URL; null: a file. */
  database: string | null
  agents: 'fake' | 'real'
  /** Beside the one that serves. */
  workers: number
  /** Has a folder for each session. */
  sessions: number
}

/** Makes it in a folder that is there. Disposing of it leaves the files. */
export async function openChaosWorld(root: string, options: WorldOptions): Promise<ChaosWorld> {
  const { database, agents, workers } = options
  const model = await startScriptedModel({ script: { otherwise: replyTo } })
  const records = join(root, 'fake')
  const claudeBin = agents === 'fake' ? await writeChaosClaude(records) : newestClaude.path
  const workspace = join(root, 'workspace')
  await mkdir(workspace)
  const configPath = join(root, 'hostler.yaml')
  await writeFile(configPath, stringify(configurationOf({ claudeBin, workspace, root, database })))
  const port = await freePort()
  const names = ['serve', ...Array.from({ length: workers }, (_, n) => `worker-${n + 1}`)]
  const places: HostlerPlace[] = []
  for (const name of names) {
    await mkdir(join(root, name))
    const env = {
      ...(await isolatedEnv(join(root, name, 'home'), model.url)),
      NODE_COMPILE_CACHE: join(root, 'cache'),
    }
    const kind = name === 'serve' ? 'serve' : 'worker'
    places.push(placeOf(root, name, { kind, port, env, configPath }))
  }
  return {
    root,
    records,
    model,
    url: `http://127.0.0.1:${port}`,
    where: database === null ? { path: join(root, 'serve/data/hostler.db') } : { url: database },
    places,
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  }
}

function configurationOf(given: {
  claudeBin: string
  workspace: string
  root: string
  database: string | null
}): Record<string, unknown> {
  const { claudeBin, workspace, root, database } = given
  return {
    ...(database === null ? {} : { database }),
    workspaces: { roots: [root] },
    limits: { perWorker: 6 },
    // Few and short, so that agents come and go all the time.
    agents: { maxWarm: 3, onStop: 'drain', drainMs: '30s' },
    worker: { leaseMs: 3000, heartbeatMs: 700 },
    server: { requestsPerMinute: 1_000_000 },
    log: { level: 'info', format: 'json' },
    // All limits have room, but that of the profile which is to have none.
    budgets: {
      timeZone: 'UTC',
      maxDayUsd: 100,
      labels: [{ label: 'deed', value: 'stream', maxDayUsd: 100 }],
      reserveUsd: 0.0005,
      onLimit: 'fail',
    },
    profiles: toProfiles({ claudeBin, workspace }),
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
