import { hostlerError } from '../../errors.ts'
import { getAccount } from '../../store/accounts.ts'
import type { Reader } from '../../store/reader.ts'
import type { SessionRow } from '../../store/tables.ts'
import { accountOf } from '../accounts/account-of.ts'
import { findProfile } from '../configuration/find-profile.ts'
import type { ServiceContext } from '../context.ts'

/**
 * Refuses what would wait for somebody to mend something, and not for a time.
 * @throws session_archived, session_quarantined, account_refused, not_found for a profile that has gone
 */
export async function assertMayRun(
  reader: Reader,
  context: Pick<ServiceContext, 'configuration' | 'env'>,
  session: SessionRow,
): Promise<void> {
  const { id } = session
  if (session.state === 'archived') throw hostlerError('session_archived', { id })
  if (session.quarantined_at !== null) {
    throw hostlerError('session_quarantined', { id, reason: session.quarantine_reason ?? '' })
  }
  const account = accountOf(findProfile(context, session.profile), context.env)
  const row = await getAccount(reader, account.id)
  if (row?.state !== 'refused') return
  const problem = row.reason ?? 'its login is refused'
  throw hostlerError('account_refused', { id: account.id, label: account.label, problem })
}
