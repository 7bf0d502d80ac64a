import { recordAudit } from '../../store/audit.ts'
import { recordChange } from '../../store/changes.ts'
import { appendInTx } from '../../store/events/append-in-tx.ts'
import { updateSession } from '../../store/sessions/update-session.ts'
import { newTitleSchema } from '../api-schema/agent-call-schema.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { CallOptions } from '../contract/hostler.ts'
import { change } from '../front/change.ts'
import { actorOf, lockCallingRun, type Calling } from './calling-run.ts'

/** Says what the run's session is about. @throws invalid_input, run_ended */
export async function setTitle(
  calling: Calling,
  input: string,
  options: CallOptions = {},
): Promise<void> {
  const { title } = parseInput(newTitleSchema, { title: input }, { name: 'title' })
  await change(
    calling,
    async (tx) => {
      const { run, session } = await lockCallingRun(tx, calling)
      const fields = ['title']
      await updateSession(tx, session.id, { title })
      await appendInTx(tx, session.id, {
        runId: run.id,
        events: [{ type: 'session_changed', fields }],
      })
      const subject = { subjectId: session.id, sessionId: session.id }
      const data = { state: session.state, fields }
      await recordChange(tx, { kind: 'session', ...subject, data })
      const actor = actorOf(calling)
      const audited = { actor, subjectId: session.id, detail: { runId: run.id } }
      await recordAudit(tx, { ...audited, action: 'agent.title' })
    },
    options,
  )
}
