import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelRequest, ScriptedModel } from '../../src/testing/index.ts'

/** How often a text occurs in what the model was sent with a request. */
export function countInConversation(request: ModelRequest | undefined, text: string): number {
  return (request?.conversation ?? '').split(text).length - 1
}

/** The newest request that took a reply. */
export function lastPrompt(model: ScriptedModel): ModelRequest | undefined {
  return model.prompts.at(-1)
}

/** The tools that a request offers to the model, by name. */
export function toolNames(request: ModelRequest | undefined): string[] {
  const tools = request?.body?.['tools']
  if (!Array.isArray(tools)) return []
  return tools.map((one: unknown) =>
    typeof one === 'object' && one !== null && 'name' in one ? String(one.name) : '',
  )
}

/** Path of the transcript that the CLI keeps of a session in this home. */
export function findTranscript(home: string, sessionId: string): string {
  const projects = join(home, '.claude/projects')
  const found = readdirSync(projects, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith(`${sessionId}.jsonl`),
  )
  if (found === undefined) throw new Error(`no transcript of ${sessionId} in ${projects}`)
  return join(projects, found)
}
