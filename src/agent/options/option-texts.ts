import { checkJsonSchema } from './check-json-schema.ts'
import { optionProblem } from './option-problem.ts'
import { loneSurrogateAt } from './prompt-text.ts'
import type { AgentOptions } from './options.ts'

/**
 * Refuses texts that would not arrive as they are: arguments end at a NUL, JSON sent as UTF-8 loses
 * halves of characters, and a schema that is none is ignored by the CLI without a word.
 * @throws HostlerError `invalid_option`
 */
export function checkOptionTexts(options: AgentOptions): void {
  for (const [field, text] of argumentTexts(options)) {
    if (text.includes('\0')) throw optionProblem(field, 'has a NUL character', 'take it out')
  }
  for (const field of ['systemPrompt', 'appendSystemPrompt'] as const) {
    const broken = loneSurrogateAt(options[field] ?? '')
    if (broken === null) continue
    const problem = `has half a character at index ${broken} (a lone surrogate)`
    throw optionProblem(field, problem, 'cut texts between characters')
  }
  const { apiBaseUrl, outputFormat } = options
  if (apiBaseUrl !== undefined) checkBaseUrl(apiBaseUrl)
  const problem = outputFormat === undefined ? null : checkJsonSchema(outputFormat.schema)
  if (problem !== null) {
    throw optionProblem(`outputFormat.${problem.path}`, problem.problem, problem.cure)
  }
}

function argumentTexts(options: AgentOptions): [field: string, text: string][] {
  const lists = ['tools', 'allowedTools', 'disallowedTools', 'additionalDirectories'] as const
  const names = ['dir', 'cwd', 'claudeBin', 'model', 'fallbackModel', 'resume'] as const
  const secrets = ['apiKey', 'oauthToken', 'apiBaseUrl'] as const
  return [
    ...lists.flatMap((field) => (options[field] ?? []).map(named(field))),
    ...[...names, ...secrets].map((field) => named(field)(options[field] ?? '')),
    ...Object.entries(options.extraArgs ?? {}).map(([name, value]) =>
      named(`extraArgs.${name}`)(value ?? ''),
    ),
  ]
}

function named(field: string): (text: string) => [string, string] {
  return (text) => [field, text]
}

function checkBaseUrl(url: string): void {
  const cure = 'give something like "https://api.anthropic.com"'
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw optionProblem('apiBaseUrl', `"${url}" is not an http(s) URL`, cure)
  }
  const { search, hash, username, password } = new URL(url)
  if (`${search}${hash}${username}${password}` !== '') {
    const problem = 'must not have a query, a fragment or a password'
    throw optionProblem('apiBaseUrl', problem, `${cure}, and the login as apiKey or oauthToken`)
  }
}
