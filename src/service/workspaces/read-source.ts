import { z } from 'zod'
import type { SessionRow } from '../../store/tables.ts'
import type { WorkspaceSource } from '../contract/session.ts'

const schema: z.ZodType<WorkspaceSource> = z.union([
  z.object({ path: z.string() }),
  z.object({
    git: z.string(),
    ref: z.string().exactOptional(),
    branch: z.string().exactOptional(),
  }),
])

/** The workspace that a session's row names. */
export function readSource(session: Pick<SessionRow, 'workspace'>): WorkspaceSource {
  return schema.parse(JSON.parse(session.workspace))
}
