import { hostlerError } from '../../errors.ts'
import { resolveOptionPaths } from './option-paths.ts'
import { schemaProblem } from './option-problem.ts'
import { checkOptionRules } from './option-rules.ts'
import { optionSchema } from './option-schema.ts'
import { checkOptionTexts } from './option-texts.ts'
import type { AgentOptions } from './options.ts'

/**
 * Takes options that an agent can be started with, paths made absolute, and refuses all others, each
 * with one line that names the option, its value and the cure. Nothing is started or written.
 * @throws HostlerError `invalid_option`, `bypass_as_root`
 */
export function parseAgentOptions(
  input: unknown,
  context: { isRoot: boolean; env: Readonly<Record<string, string | undefined>> },
): AgentOptions {
  const options = resolveOptionPaths(parseShape(input))
  checkBypass(options, context)
  return options
}

/**
 * Refuses what {@link parseAgentOptions} would refuse wherever the agent is started: all but paths that
 * are not there. For options that are kept until an agent needs them.
 * @throws HostlerError `invalid_option`, `bypass_as_root`
 */
export function checkAgentOptions(
  input: Omit<AgentOptions, 'dir' | 'cwd'>,
  context: { isRoot: boolean; env: Readonly<Record<string, string | undefined>> },
): void {
  checkBypass(parseShape({ ...input, dir: '.', cwd: '.' }), context)
}

function parseShape(input: unknown): AgentOptions {
  const given = withoutUndefined(input)
  const parsed = optionSchema.safeParse(given)
  if (!parsed.success) throw schemaProblem(given, parsed.error.issues)
  checkOptionTexts(parsed.data)
  checkOptionRules(parsed.data)
  return parsed.data
}

function checkBypass(
  { permissionMode, env }: AgentOptions,
  context: { isRoot: boolean; env: Readonly<Record<string, string | undefined>> },
): void {
  if (permissionMode !== 'bypassPermissions' || !context.isRoot) return
  if (!isSandbox({ ...context.env, ...env })) throw hostlerError('bypass_as_root', {})
}

// The CLI compares with "1" exactly: "true" is refused.
function isSandbox(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['IS_SANDBOX'] === '1' || env['CLAUDE_CODE_BUBBLEWRAP'] === '1'
}

// `{ model: undefined }` is what JavaScript writes for "no model".
function withoutUndefined(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}
