import { wakeRunsOf } from '../../store/account-runs.ts'
import { lockAccount, updateAccount } from '../../store/accounts.ts'
import { recordAudit } from '../../store/audit.ts'
import { readAccounts } from '../accounts/list-accounts.ts'
import { tellAccount } from '../accounts/note-account.ts'
import { id as idSchema } from '../api-schema/fields.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { Account } from '../contract/account.ts'
import type { CallOptions, Hostler } from '../contract/hostler.ts'
import { change } from './change.ts'
import type { Front } from './front.ts'
import { notFound } from './not-found.ts'

/** What can be done with the logins of Claude. */
export function accountMethods(front: Front): Hostler['accounts'] {
  const { context } = front
  return {
    list: async ({ signal } = {}) => {
      signal?.throwIfAborted()
      return await readAccounts(context, { reader: context.store })
    },
    resume: (id, options) => resumeAccount(front, id, options),
  }
}

/** Forgets what was bad of an account, and lets go on what has waited for it. */
async function resumeAccount(
  front: Front,
  id: string,
  options: CallOptions = {},
): Promise<Account> {
  const { context, actor } = front
  parseInput(idSchema, id, { name: 'id' })
  return await change(
    front,
    async (tx) => {
      const known = (await readAccounts(context, { reader: tx })).find((one) => one.id === id)
      if (known === undefined) throw notFound('account', id)
      await wakeRunsOf(tx, id)
      const before = await lockAccount(tx, { id, label: known.label })
      const fine = { parked_until: null, reason: null, failures: 0, since: null }
      const after = await updateAccount(tx, before, { ...fine, state: 'ok' })
      if (before.state !== 'ok') await tellAccount(tx, context, after)
      const detail = { state: before.state }
      await recordAudit(tx, { actor, action: 'account.resume', subjectId: id, detail })
      return {
        ...known,
        state: 'ok',
        until: null,
        reason: null,
        failures: 0,
        since: null,
        heldRuns: 0,
      }
    },
    options,
  )
}
