import { createHash } from 'node:crypto'
import { open, rm, stat } from 'node:fs/promises'
import type { QuestionRequest } from '../../events/human-request.ts'
import { parseQuestions, type FileQuestion } from './parse-questions.ts'

/** More is no question for a human. Bytes. */
const mostBytes = 65_536

/** What a turn has left to be asked, and under which id: the same file gives the same one. */
export type LeftQuestion = { controlId: string; request: Omit<QuestionRequest, 'id'> }

/**
 * The question that an agent, or a script that it ran, has left in the file HOSTLER_QUESTION_FILE; null:
 * none. What is no JSON is asked as it is: it must not be lost.
 */
export async function readQuestionFile(
  path: string,
  { now }: { now: number },
): Promise<LeftQuestion | null> {
  const found = await stat(path).catch(() => null)
  if (found === null || !found.isFile() || found.size === 0) return null
  const text = await readHead(path)
  const questions = parseQuestions(text)
  if (questions.length === 0) return null
  const mark = `${found.ino} ${found.mtimeMs} ${found.size} ${text}`
  const hash = createHash('sha256').update(mark).digest('hex').slice(0, 32)
  const input = { questions: questions.map(toQuestion) }
  const request = { kind: 'question', openedAt: now, toolUseId: '', input, ...input } as const
  return { controlId: `file:${hash}`, request }
}

/** Once the question is on record. */
export async function removeQuestionFile(path: string): Promise<void> {
  await rm(path, { force: true })
}

async function readHead(path: string): Promise<string> {
  await using file = await open(path)
  const { bytesRead, buffer } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, 0)
  return new TextDecoder().decode(buffer.subarray(0, bytesRead))
}

function toQuestion({ text, options }: FileQuestion): QuestionRequest['questions'][number] {
  const labels = options.map((label) => ({ label, description: '' }))
  return { question: text, header: '', options: labels, multiSelect: false }
}
