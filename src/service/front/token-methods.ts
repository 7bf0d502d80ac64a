import { recordAudit } from '../../store/audit.ts'
import { insertToken, listTokens, revokeToken } from '../../store/tokens.ts'
import type { TokenRow } from '../../store/tables.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import { newTokenSchema } from '../api-schema/operations-schema.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { CallOptions, Hostler } from '../contract/hostler.ts'
import type { NewToken, Token } from '../contract/operations.ts'
import { change } from './change.ts'
import type { ServiceContext } from '../context.ts'
import { notFound } from './not-found.ts'
import { newToken, parseScopes } from './verify-token.ts'

/** Where tokens are kept, and who makes them. */
export type TokenKeeper = { context: Pick<ServiceContext, 'store'>; actor: string }

/** What can be done with tokens. */
export function tokenMethods(front: TokenKeeper): Hostler['tokens'] {
  return {
    create: (token, options) => createToken(front, token, options),
    list: async ({ signal } = {}) => {
      signal?.throwIfAborted()
      return (await listTokens(front.context.store)).map(toToken)
    },
    revoke: (id, options) => endToken(front, id, options),
  }
}

async function createToken(
  front: TokenKeeper,
  input: NewToken,
  options: CallOptions = {},
): Promise<Token & { token: string }> {
  const wanted = parseInput(newTokenSchema, input, { name: 'token' })
  const { label, expiresInMs } = wanted
  const scopes = [...new Set(wanted.scopes)]
  const { token, hash } = newToken()
  const row = await change(
    front,
    async (tx) => {
      const added = await insertToken(tx, {
        id: uuidV7(),
        label,
        hash,
        scopes: JSON.stringify(scopes),
        expires_at: expiresInMs === undefined ? null : Date.now() + expiresInMs,
      })
      const { id: subjectId, expires_at: expiresAt } = added
      const detail = { label, scopes, expiresAt }
      await recordAudit(tx, { actor: front.actor, action: 'token.create', subjectId, detail })
      return added
    },
    options,
  )
  return { ...toToken(row), token }
}

async function endToken(front: TokenKeeper, id: string, options: CallOptions = {}): Promise<Token> {
  return await change(
    front,
    async (tx) => {
      const row = await revokeToken(tx, id)
      if (row === null) throw notFound('token', id)
      const detail = { label: row.label }
      await recordAudit(tx, { actor: front.actor, action: 'token.revoke', subjectId: id, detail })
      return toToken(row)
    },
    options,
  )
}

function toToken(row: TokenRow): Token {
  return {
    id: row.id,
    label: row.label,
    scopes: parseScopes(row.scopes),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  }
}
