import { HostlerError } from '../errors.ts'
import { errorExitCodes, exitCodes } from './exit-codes.ts'
import { oneLine } from './terminal/turn-summary.ts'

// Where a flag is not simply the option's name in kebab-case.
const flagNames: Readonly<Record<string, string>> = {
  dir: '--data-dir',
  cwd: '--cwd',
  additionalDirectories: '--add-dir',
  mcpServers: '--mcp-config',
  outputFormat: '--json-schema',
  extraArgs: '--extra-arg',
  env: '--env',
  persistSession: '--no-session-persistence',
  timeoutMs: '--timeout',
  startTimeoutMs: '--start-timeout',
  stallTimeoutMs: '--stall-timeout',
  firstEventTimeoutMs: '--first-event-timeout',
  requestTimeoutMs: '--request-timeout',
  HOSTLER_CLAUDE_BIN: 'HOSTLER_CLAUDE_BIN',
  url: '--server',
  token: '--token-file',
}

const howToGetIn =
  'name a token by --token-file or HOSTLER_TOKEN; beside the daemon, hostler token create --data-dir makes one'

/** What an error is to a person at a shell: one line, in the words of the command line. */
export function explainError(error: unknown): { line: string; exitCode: number } {
  if (!(error instanceof HostlerError)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { line: message, exitCode: exitCodes.failed }
  }
  const { code, message, cure } = error
  const exitCode = errorExitCodes[code]
  if (code === 'unauthorized') return { line: oneLine(message, howToGetIn), exitCode }
  if (code !== 'invalid_option' && code !== 'bypass_as_root') {
    return { line: oneLine(message, cure), exitCode }
  }
  return { line: oneLine(inFlags(message), inFlags(cure)), exitCode }
}

/** `maxTurns: …` becomes `--max-turns: …`, also in the midst of a sentence. */
function inFlags(text: string): string {
  return text
    .replace(/^(\w+)(?=[.:])/, (name) => toFlag(name))
    .replaceAll(/\b([a-z]+(?:[A-Z][a-z]+)+)(: true)?(?=[\s,;)(:.]|$)/g, (all, name: string) => {
      return knownNames.has(name) ? toFlag(name) : all
    })
}

function toFlag(name: string): string {
  return flagNames[name] ?? `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

const knownNames = new Set([
  ...Object.keys(flagNames),
  'fallbackModel',
  'forkSession',
  'sessionId',
  'allowedTools',
  'disallowedTools',
  'permissionMode',
  'maxTurns',
  'maxBudgetUsd',
  'settingSources',
  'systemPrompt',
  'appendSystemPrompt',
  'claudeBin',
  'apiBaseUrl',
])
