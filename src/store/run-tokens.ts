import type { Reader } from './reader.ts'
import type { Tx } from './store.ts'
import type { TokenRow } from './tables.ts'

/** Keeps the token of a run's agent, by its hash. Those of its attempts before it end, unless kept. */
export async function insertRunToken(
  tx: Tx,
  token: { id: string; runId: string; hash: string; keepsFormer: boolean },
): Promise<void> {
  const { id, runId, hash, keepsFormer } = token
  if (!keepsFormer) await removeRunTokens(tx, runId)
  await tx.db
    .insertInto('tokens')
    .values({
      id,
      hash,
      run_id: runId,
      label: `run ${runId}`,
      // None of those that people's tokens have: it opens what is for agents only.
      scopes: '["agent"]',
      created_at: Date.now(),
      expires_at: null,
      last_used_at: null,
      revoked_at: null,
    })
    .execute()
}

/** A run has ended, and with it what its agent was let in with. */
export async function removeRunTokens(tx: Tx, runId: string): Promise<void> {
  await tx.db.deleteFrom('tokens').where('run_id', '=', runId).execute()
}

/** Whether the run of a token has not ended. */
export async function isRunTokenValid(
  store: Reader,
  { run_id: runId }: Pick<TokenRow, 'run_id'>,
): Promise<boolean> {
  if (runId === null) return false
  const row = await store.db
    .selectFrom('runs')
    .select('id')
    .where('id', '=', runId)
    .where('state', 'in', ['queued', 'running', 'waiting'])
    .executeTakeFirst()
  return row !== undefined
}
