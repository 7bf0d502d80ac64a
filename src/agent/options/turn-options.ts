import { z } from 'zod'
import { schemaProblem } from './option-problem.ts'
import type { SlashCommands } from './prompt.ts'

/** How one prompt is to be run. */
export type TurnOptions = {
  /** Ends the turn: `cancelled`. */
  signal?: AbortSignal
  /** A UUID; the CLI runs each only once. Default: a new one. */
  promptId?: string
  /** While another turn runs: wait for its end, or throw `agent_busy`. Default `queue`. */
  onBusy?: 'queue' | 'refuse'
  /** Whether the CLI may take a prompt that begins with `/` for a command. Default `literal`. */
  slashCommands?: SlashCommands
}

const schema = z.strictObject({
  signal: z.instanceof(AbortSignal, { error: 'an AbortSignal' }).optional(),
  promptId: z.guid({ error: 'a UUID' }).optional(),
  onBusy: z.enum(['queue', 'refuse']).optional(),
  slashCommands: z.enum(['run', 'literal']).optional(),
})

/** @throws HostlerError `invalid_option` */
export function assertTurnOptions(options: TurnOptions): void {
  const parsed = schema.safeParse(options)
  if (parsed.success) return
  const names = Object.keys(schema.shape)
  throw schemaProblem(options, parsed.error.issues, { names, needed: 'an object' })
}
