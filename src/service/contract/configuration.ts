import type { Profile } from './profile.ts'

/** Everything that can be configured, with its defaults filled in: what `hostler.yaml` says. */
export type Configuration = {
  /** Agents' folders, the SQLite file, clones, the lock. */
  dataDir: string
  /** A PostgreSQL URL; null: the file `hostler.db` in the data directory. */
  database: string | null
  profiles: Record<string, Profile>
  workspaces: {
    /** Folders under which path workspaces may be. A profile's own workspace is always allowed. */
    roots: string[]
  }
  limits: {
    /** Turns at once over all workers; null: no limit but the workers' own. */
    running: number | null
    /** Turns at once on this worker. */
    perWorker: number
    /** No turn starts with a new agent while less memory is free. */
    minFreeMemoryBytes: number
    /** No turn starts while less is free where agents keep their logs. */
    minFreeDiskBytes: number
    /** Open runs over all sessions, after which new ones are refused. */
    maxOpenRuns: number
  }
  agents: {
    /** Idle agents kept by this worker, the least recently used ended first. */
    maxWarm: number
    /** What they may hold together. */
    maxWarmMemoryBytes: number
    /** What becomes of running agents when hostler is told to stop. */
    onStop: 'leave' | 'drain'
    /** How long draining may take. */
    drainMs: number
  }
  worker: {
    pools: string[]
    /** Folders whose sessions it takes, those below them included; `*` for all. */
    paths: string[] | '*'
    leaseMs: number
    heartbeatMs: number
  }
  budgets: {
    /** Where a day begins: an IANA name. */
    timeZone: string
    /** US dollars a day over everything; null: no limit. */
    maxDayUsd: number | null
    /** The same for runs with these labels. */
    labels: { label: string; value: string; maxDayUsd: number }[]
    /** Set aside for an attempt that has no `maxBudgetUsd` of its own. */
    reserveUsd: number
    /** From this part of a limit on, people are warned; 0 to 1. */
    warnAt: number
    /** A run that does not fit into a limit that begins anew: waits for that, or fails. */
    onLimit: 'wait' | 'fail'
  }
  server: {
    host: string
    port: number
    /** Names under which it may be asked for, besides loopback's. */
    allowedHosts: string[]
    allowedOrigins: string[]
    maxBodyBytes: number
    maxAttachmentBytes: number
    /** Media types of attachments; `image/*` matches all of a kind. */
    attachmentTypes: string[]
    /** Requests of one token (or one address without) in a minute. */
    requestsPerMinute: number
    maxConnections: number
  }
  webhooks: Webhook[]
  log: { level: 'debug' | 'info' | 'warn' | 'error'; format: 'json' | 'text' }
}

/** Where outcomes and requests are told to. Signed as Standard Webhooks 1.0 says. */
export type Webhook = {
  name: string
  url: string
  /** `whsec_` and base64. */
  secret: string
  events: ('run.ended' | 'request.opened' | 'account.changed' | 'budget.warning')[]
}
