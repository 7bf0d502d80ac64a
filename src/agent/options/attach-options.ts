import type { z } from 'zod'
import { optionProblem, schemaProblem } from './option-problem.ts'
import { optionSchema } from './option-schema.ts'
import type { AgentOptions } from './options.ts'

const attachNames = [
  'canUseTool',
  'onElicitation',
  'requestTimeoutMs',
  'hooks',
  'mcpServers',
  'timeoutMs',
  'startTimeoutMs',
  'stallTimeoutMs',
  'firstEventTimeoutMs',
  'maxLineBytes',
  'maxLogBytes',
] as const

/** What an agent cannot remember of its former supervisor. */
export type AttachOptions = Pick<AgentOptions, (typeof attachNames)[number]> & {
  /** Only follow it: nothing is written and nothing ended, and another process may supervise it. */
  readOnly?: boolean
}

/** @throws HostlerError `invalid_option` */
export function parseAttachOptions(input: AttachOptions): AttachOptions {
  const { readOnly, ...given } = input
  if (readOnly !== undefined && typeof readOnly !== 'boolean') {
    throw optionProblem('readOnly', `cannot be ${String(readOnly)}`, 'give true or false')
  }
  const names: readonly string[] = [...attachNames, 'readOnly']
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const misplaced = Object.keys(set).find((name) => !names.includes(name))
  if (misplaced !== undefined) {
    const issue: z.core.$ZodIssueUnrecognizedKeys = {
      code: 'unrecognized_keys',
      keys: [misplaced],
      path: [],
      message: '',
    }
    throw schemaProblem(set, [issue], { names, needed: 'an object' })
  }
  // The folder and the workspace are the agent's own already.
  const parsed = optionSchema.safeParse({ ...set, dir: '.', cwd: '.' })
  if (!parsed.success) throw schemaProblem(set, parsed.error.issues)
  const { dir: _dir, cwd: _cwd, ...options } = parsed.data
  return readOnly === undefined ? options : { ...options, readOnly }
}
