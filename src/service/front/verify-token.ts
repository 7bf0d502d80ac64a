import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Store } from '../../store/store.ts'
import { isRunTokenValid } from '../../store/run-tokens.ts'
import { findTokenByHash, listTokens, touchToken } from '../../store/tokens.ts'
import type { TokenRow } from '../../store/tables.ts'
import { scopeSchema } from '../api-schema/operations-schema.ts'
import type { Scope } from '../contract/operations.ts'

/** Who a token stands for. */
export type VerifiedToken = {
  id: string
  label: string
  scopes: Scope[]
  /** The run whose agent has it. */
  runId?: string
}

// A fast hash will do: what is hashed is 256 random bits, which nobody can try out.
const tokenBytes = 32
const scopesSchema = z.array(scopeSchema)

/** A new token, and what is kept of it. `hst_` lets scanners of leaked secrets find it. */
export function newToken(): { token: string; hash: string } {
  const token = `hst_${randomBytes(tokenBytes).toString('base64url')}`
  return { token, hash: hashOf(token) }
}

/**
 * The token behind a text, when it is one that is neither revoked nor expired; notes that it was used.
 * Found by its hash, so that the time it takes tells nothing of the tokens there are.
 */
export async function verifyToken(store: Store, token: string): Promise<VerifiedToken | null> {
  if (!/^hst_[\w-]{43}$/.test(token)) return null
  const row = await findTokenByHash(store, hashOf(token))
  if (row === null || isOver(row)) return null
  const { id, label, run_id: runId } = row
  if (runId !== null) {
    return (await isRunTokenValid(store, row)) ? { id, label, scopes: [], runId } : null
  }
  await touchToken(store, row)
  return { id: row.id, label: row.label, scopes: parseScopes(row.scopes) }
}

/** Whether anybody could come in with a token at present. */
export async function anyValidToken(store: Store): Promise<boolean> {
  return (await listTokens(store)).some((row) => !isOver(row))
}

/** What a row's column says. One that only a newer program knows makes none of them hold. */
export function parseScopes(text: string): Scope[] {
  const parsed = scopesSchema.safeParse(JSON.parse(text))
  return parsed.success ? parsed.data : []
}

function isOver(row: TokenRow): boolean {
  return row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= Date.now())
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
