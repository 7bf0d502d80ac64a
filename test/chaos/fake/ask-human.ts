import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import * as lines from '../../../src/testing/fake/lines.ts'
import { writeLine } from '../../../src/testing/fake/output.ts'
import { isPermission } from '../../../src/testing/fake/read-input.ts'
import type { PlayContext } from './play-prompt.ts'

/** Asks whether a command may run. Each name is asked about once, unless its agent dies with the answer. */
export async function askPermission(command: string, context: PlayContext): Promise<string> {
  const response = await ask(context, toolUse('Bash', { command }))
  return isPermission(response) ? 'allowed' : 'denied'
}

/** As the tool AskUserQuestion does. */
export async function askQuestion(name: string, context: PlayContext): Promise<string> {
  const options = ['yes', 'no'].map((label) => ({ label, description: '' }))
  const question = { question: `${name}?`, header: 'H', options, multiSelect: false }
  const response = await ask(context, toolUse('AskUserQuestion', { questions: [question] }))
  return isPermission(response) ? 'answered' : 'not answered'
}

/** As an MCP server does. */
export async function elicit(name: string, context: PlayContext): Promise<string> {
  const response = await ask(context, {
    subtype: 'elicitation',
    mcp_server_name: 'chaos',
    message: `${name}?`,
    mode: 'form',
    requested_schema: { type: 'object', properties: { ok: { type: 'boolean' } } },
  })
  return JSON.stringify(response).includes('"accept"') ? 'accepted' : 'declined'
}

/** Leaves a question, as a script does. */
export function leaveQuestion(name: string): void {
  const path = process.env['HOSTLER_QUESTION_FILE']
  if (path === undefined) return
  writeFileSync(path, JSON.stringify({ text: `${name}?`, options: ['yes', 'no'] }))
}

function toolUse(name: string, input: Record<string, unknown>): Record<string, unknown> {
  return {
    subtype: 'can_use_tool',
    tool_name: name,
    display_name: name,
    input,
    description: name,
    permission_suggestions: [],
    tool_use_id: `toolu_${randomUUID().slice(0, 8)}`,
  }
}

async function ask(
  { state, request, signal }: PlayContext,
  body: Record<string, unknown>,
): Promise<unknown> {
  if (state.emitsStates) writeLine(lines.toStateLine(state, 'requires_action'))
  const response = await request(body)
  signal.throwIfAborted()
  if (state.emitsStates) writeLine(lines.toStateLine(state, 'running'))
  return response
}
