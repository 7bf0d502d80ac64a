import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { FakePrompt } from '../../../src/testing/fake/lines.ts'

/** A conversation on disk, as much of it as a supervisor can rely on in the real one. */
export type Transcript = {
  /** The prompts that it has, by uuid. */
  readonly known: ReadonlySet<string>
  /** The prompt whose turn was cut off, if the last one was. */
  readonly interrupted: FakePrompt | null
  addPrompt(prompt: FakePrompt): void
  /** Under the uuid of the message that the reply is. */
  addReply(prompt: FakePrompt, uuid: string): void
}

type Line =
  | { type: 'user'; uuid: string; text: string }
  | { type: 'assistant'; uuid: string; replyTo: string | null }

/** Opens the file at `path`, which comes to be with the first prompt. */
export function openTranscript(path: string): Transcript {
  const known = new Set<string>()
  let open: FakePrompt | null = null
  for (const line of readLines(path)) {
    if (line.type === 'user') {
      known.add(line.uuid)
      open = { id: line.uuid, text: line.text, content: line.text }
    } else if (line.replyTo === open?.id) open = null
  }
  const add = (line: Line): void => {
    mkdirSync(dirname(path), { recursive: true })
    appendFileSync(path, `${JSON.stringify(line)}\n`)
  }
  return {
    known,
    interrupted: open,
    addPrompt({ id, text }) {
      known.add(id ?? '')
      add({ type: 'user', uuid: id ?? '', text })
    },
    addReply: ({ id }, uuid) => add({ type: 'assistant', uuid, replyTo: id }),
  }
}

/** A line that was cut by a death counts for nothing. */
function readLines(path: string): Line[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line): Line => JSON.parse(line))
}
