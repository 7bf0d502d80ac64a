import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parsePrompt, type Prompt, type PromptBlock } from '../../agent/index.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import { toAttachment } from './attachment.ts'
import { readText, unreadable } from './flag-values.ts'

type PromptOptions = {
  io: Io
  file?: string | undefined
  attach?: string[] | undefined
  isOptional: boolean
}

/** What was typed, and the files that go with it. */
export type PromptParts = { typed: string | null; files: { path: string; bytes: Buffer }[] }

/**
 * The prompt: the words of the command line, or a file, or stdin when it is not a terminal; with what
 * is attached. `null` when there is none and `isOptional`.
 * @throws usage, invalid_prompt
 */
export async function readPrompt(words: string[], options: PromptOptions): Promise<Prompt | null> {
  const { typed, files } = await readPromptParts(words, options)
  if (typed === null && files.length === 0) return null
  if (files.length === 0) return parsePrompt(typed)
  const blocks: PromptBlock[] = files.map(({ path, bytes }) => toAttachment(path, bytes))
  return parsePrompt(typed === null ? blocks : [...blocks, { type: 'text', text: typed }])
}

/** The same before it is made into one. @throws usage */
export async function readPromptParts(
  words: string[],
  options: PromptOptions,
): Promise<PromptParts> {
  const { io, file, attach = [], isOptional } = options
  const readers = [...(file === '-' ? ['-f -'] : []), ...attach.filter((one) => one === '-')]
  if (readers.length > 1) throw usageError('stdin can be read only once', 'use one - only')
  const isPiped = !io.stdin.isTTY && readers.length === 0 && !isOptional
  const typed = await readWords(words, { io, file, isPiped })
  if (typed === null && attach.length === 0 && !isOptional) {
    throw usageError('there is no prompt', 'give one: as words, with -f file, or through stdin')
  }
  const files = []
  for (const path of attach) {
    // In the order of the command line.
    const bytes = path === '-' ? Buffer.from(await readStdin(io)) : readBytes(path)
    files.push({ path, bytes })
  }
  return { typed, files }
}

async function readWords(
  words: string[],
  source: { io: Io; file: string | undefined; isPiped: boolean },
): Promise<string | null> {
  const { io, file, isPiped } = source
  if (words.length > 0 && file !== undefined) {
    throw usageError('the prompt is given twice, as words and with -f', 'give one of them')
  }
  if (words.length > 0) return words.join(' ')
  if (file === '-') return withoutLastBreak(await readStdin(io))
  if (file !== undefined) return withoutLastBreak(readText('--file', file))
  if (!isPiped) return null
  const piped = withoutLastBreak(await readStdin(io))
  return piped === '' ? null : piped
}

async function readStdin(io: Io): Promise<string> {
  return await text(io.stdin)
}

/** A text file ends with a line break, which nobody means as a part of the prompt. */
function withoutLastBreak(content: string): string {
  return content.replace(/\r?\n$/, '')
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw unreadable('--attach', path, error)
  }
}
