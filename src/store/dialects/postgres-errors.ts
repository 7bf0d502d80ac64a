import { hostlerError } from '../../errors.ts'

type Trouble = { what: string; cure: string }

const unreachable: Trouble = {
  what: 'cannot be reached',
  cure: 'see that PostgreSQL runs and that the URL is right; hostler goes on by itself',
}

/** By SQLSTATE, the whole code or its class (appendix A of PostgreSQL's manual), or by Node's code. */
const troubles: Record<string, Trouble> = {
  '08': unreachable,
  '57P01': unreachable,
  '57P02': unreachable,
  '57P03': unreachable,
  '57P05': unreachable,
  '25P03': { what: 'waited too long for this program', cure: 'none needed: it is tried again' },
  '55P03': { what: 'is locked', cure: 'end the session that holds it: see pg_stat_activity' },
  '25006': { what: 'is read-only', cure: 'connect to the primary server, not to a standby' },
  '53100': { what: 'is full', cure: 'free space on its disk; hostler goes on by itself' },
  '53300': { what: 'has no free connection', cure: 'raise max_connections, or run fewer workers' },
  '53': { what: 'has too little of something', cure: 'see the log of PostgreSQL' },
  '28': { what: 'refused the login', cure: 'correct the user and password in the URL' },
  '3D000': { what: 'is not there', cure: 'create it, or correct its name in the URL' },
  XX001: { what: 'is damaged', cure: 'stop hostler and restore a backup' },
  XX002: { what: 'has a damaged index', cure: 'run REINDEX, or restore a backup' },
  ECONNREFUSED: unreachable,
  ECONNRESET: unreachable,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EPIPE: unreachable,
  ENOENT: unreachable,
}

/** What pg says without a code when a connection ends or cannot be made. */
const lostConnection =
  /^(Connection terminated|Client has encountered a connection error|timeout e)/

/** Two transactions got in each other's way; the same may work when done again. */
export function isRetryable(error: unknown): boolean {
  const code = errorCode(error)
  return code === '40001' || code === '40P01'
}

/** `database_unavailable` for trouble with the server; any other error as it is. */
export function toPostgresStoreError(error: unknown, where: string): unknown {
  const trouble = findTrouble(error)
  if (trouble === undefined || !(error instanceof Error)) return error
  const problem = error.message || errorCode(error) || 'no connection'
  const params = { what: `${where} ${trouble.what}`, problem, cure: trouble.cure }
  return hostlerError('database_unavailable', params, { cause: error })
}

/** The server and database of a URL, without its user and password. */
export function toPlace(url: string): string {
  if (!URL.canParse(url)) return 'of the URL'
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

function findTrouble(error: unknown): Trouble | undefined {
  const code = errorCode(error)
  if (code !== null) return troubles[code] ?? troubles[code.slice(0, 2)]
  return error instanceof Error && lostConnection.test(error.message) ? unreachable : undefined
}

function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}
