import { z } from 'zod'
import { hostlerError } from '../../errors.ts'
import { checkPromptText } from './prompt-text.ts'
import { checkSource } from './prompt-source.ts'
import type { Prompt, PromptBlock } from './options.ts'

// The Messages API takes requests of up to 32 MB, and a prompt is only a part of one.
const maxPromptBytes = 32_000_000

const textBlock = z.strictObject({ type: z.literal('text'), text: z.string() })
const sources = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('base64'), media_type: z.string(), data: z.string() }),
  z.strictObject({
    type: z.literal('text'),
    media_type: z.literal('text/plain'),
    data: z.string(),
  }),
  z.strictObject({ type: z.literal('url'), url: z.string() }),
])
const fileBlock = z.strictObject({
  type: z.literal(['image', 'document']),
  source: sources,
  title: z.string().exactOptional(),
})
const promptSchema = z.union([
  z.string(),
  z.array(z.discriminatedUnion('type', [textBlock, fileBlock])),
])

/** Whether a leading `/` names a command of the CLI, or is only a character. */
export type SlashCommands = 'run' | 'literal'

/** One line for the CLI's stdin. Source: stream-json input of 2.1.197 and 2.1.328. */
export type UserMessage = {
  type: 'user'
  message: { role: 'user'; content: Prompt }
  uuid: string
  parent_tool_use_id: null
}

/**
 * Takes a prompt that will reach the model as it is, and refuses all others.
 * @throws HostlerError `invalid_prompt`
 */
export function parsePrompt(prompt: unknown): Prompt {
  const parsed = promptSchema.safeParse(prompt, { reportInput: false })
  if (!parsed.success) throw invalidShape(prompt, parsed.error.issues)
  checkContent(parsed.data)
  const bytes = Buffer.byteLength(JSON.stringify(parsed.data))
  if (bytes > maxPromptBytes) {
    throw hostlerError('invalid_prompt', {
      problem: `${bytes} bytes, more than the ${maxPromptBytes} that the Messages API takes`,
      cure: 'put the content into files in the workspace and name them in the prompt',
    })
  }
  return parsed.data
}

/**
 * The message that brings `prompt` to the agent. The CLI runs a text that begins with `/` as one of
 * its own commands (`/clear`, `/model`, `/compact`, a skill), and answers without the model. So by
 * default such a text gets one space in front, with which it reaches the model: what somebody writes
 * in a chat must not empty a conversation or switch its model. `run` gives it to the CLI as it is.
 */
export function toUserMessage(
  prompt: Prompt,
  options: { uuid: string; slashCommands?: SlashCommands | undefined },
): UserMessage {
  const content = options.slashCommands === 'run' ? prompt : withoutCommands(prompt)
  return {
    type: 'user',
    message: { role: 'user', content },
    uuid: options.uuid,
    parent_tool_use_id: null,
  }
}

function withoutCommands(prompt: Prompt): Prompt {
  if (typeof prompt === 'string') return literal(prompt)
  // 2.1.328 looks at the last block only; the others cost nothing.
  return prompt.map((block) =>
    block.type === 'text' ? { ...block, text: literal(block.text) } : block,
  )
}

function literal(text: string): string {
  return text.startsWith('/') ? ` ${text}` : text
}

function checkContent(prompt: Prompt): void {
  if (typeof prompt === 'string') return checkPromptText(prompt, 'it')
  if (prompt.length === 0) {
    throw hostlerError('invalid_prompt', {
      problem: 'it is empty',
      cure: 'give at least one block',
    })
  }
  prompt.forEach((block, index) => checkBlock(block, `block ${index}`))
}

function checkBlock(block: PromptBlock, where: string): void {
  switch (block.type) {
    case 'text':
      return checkPromptText(block.text, where)
    case 'image':
    case 'document':
      if (block.title !== undefined) checkPromptText(block.title, `the title of ${where}`)
      return checkSource(block, where)
    default:
      block satisfies never
  }
}

function invalidShape(prompt: unknown, issues: readonly z.core.$ZodIssue[]): Error {
  const cure =
    'give a text, or an array of { type: "text", text } and { type: "image" | "document", source } blocks'
  if (!Array.isArray(prompt)) {
    const what = prompt === null ? 'null' : typeof prompt
    return hostlerError('invalid_prompt', { problem: `${what} is not a prompt`, cure })
  }
  const inner = issues.flatMap((issue) =>
    issue.code === 'invalid_union' ? issue.errors.flat() : [issue],
  )
  const issue = inner.find(({ path }) => path.length > 0)
  const [index, ...field] = issue?.path ?? []
  const place = field.length > 0 ? `${field.join('.')}: ` : ''
  const problem = `block ${String(index)} is not a content block (${place}${issue?.message ?? ''})`
  return hostlerError('invalid_prompt', { problem, cure })
}
