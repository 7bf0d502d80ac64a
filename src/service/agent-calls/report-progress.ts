import { recordAudit } from '../../store/audit.ts'
import { appendInTx } from '../../store/events/append-in-tx.ts'
import { recordRun } from '../../store/queue/record-run.ts'
import { setProgress } from '../../store/runs/set-progress.ts'
import { newProgressSchema } from '../api-schema/agent-call-schema.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { NewProgress } from '../contract/agent-calls.ts'
import type { CallOptions } from '../contract/hostler.ts'
import { change } from '../front/change.ts'
import { actorOf, lockCallingRun, type Calling } from './calling-run.ts'

/** Tells whoever looks how far the run is. @throws invalid_input, run_ended */
export async function reportProgress(
  calling: Calling,
  input: NewProgress,
  options: CallOptions = {},
): Promise<void> {
  const { text, percent = null } = parseInput(newProgressSchema, input, { name: 'progress' })
  await change(
    calling,
    async (tx) => {
      const { run, session } = await lockCallingRun(tx, calling)
      const reported = await setProgress(tx, run.id, { text, percent, at: Date.now() })
      await appendInTx(tx, session.id, {
        runId: run.id,
        events: [{ type: 'run_progress', text, percent }],
      })
      await recordRun(tx, reported)
      const audited = { actor: actorOf(calling), subjectId: run.id, detail: { percent } }
      await recordAudit(tx, { ...audited, action: 'agent.progress' })
    },
    options,
  )
}
