import { z } from 'zod'
import type { WorkspaceSource } from '../contract/session.ts'
import { line } from './fields.ts'

/** Where an agent works. Whether it may is looked at afterwards. */
export const workspaceSchema: z.ZodType<WorkspaceSource> = z.union(
  [
    z.strictObject({ path: line(4096) }),
    z.strictObject({
      git: line(4096),
      ref: line(500).exactOptional(),
      branch: line(500).exactOptional(),
    }),
  ],
  { error: '{ path } or { git, ref?, branch? }' },
)
