import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../fixtures', import.meta.url))

/** One turn of a recording: what went in, what came out. */
export type RecordedTurn = {
  promptId: string
  messages: Record<string, unknown>[]
  /** How the process ended; `null` when it went on after this turn. */
  exit: { code: number; signal: string | null } | null
  stderr: string
}

/** What a real CLI of this version has said and been told: test/fixtures/<version>/<name>.txt. */
export type Recording = { name: string; argv: string; turns: RecordedTurn[]; stdout: string[] }

/** All recordings of a version, by name. */
export function readRecordings(version: string): Recording[] {
  return readdirSync(`${root}/${version}`)
    .filter((file) => file.endsWith('.txt'))
    .map((file) => {
      const lines = readFileSync(`${root}/${version}/${file}`, 'utf8').split('\n')
      return toRecording(file.slice(0, -'.txt'.length), lines)
    })
}

function toRecording(name: string, lines: string[]): Recording {
  let current = newTurn('')
  const turns = [current]
  const comments = lines.filter((line) => line.startsWith('# ')).map((line) => line.slice(2))
  for (const line of lines) {
    const message = /^[<>] /.test(line) ? parse(line.slice(2)) : null
    if (message === null) continue
    if (line.startsWith('< ')) current.messages.push(message)
    else if (message['type'] === 'user') {
      const promptId = typeof message['uuid'] === 'string' ? message['uuid'] : ''
      // What is sent while a turn runs is merged into it, or follows at once.
      if (current.messages.some((one) => one['type'] === 'result')) {
        current = newTurn(promptId)
        turns.push(current)
      } else if (current.promptId === '') current.promptId = promptId
    }
  }
  const code = Number(/^exit code (\d+)/.exec(comments.at(-2) ?? '')?.[1])
  current.exit = { code, signal: code === 143 ? 'SIGTERM' : null }
  current.stderr = String(JSON.parse((comments.at(-1) ?? '').replace('stderr ', '')))
  const stdout = lines.filter((line) => line.startsWith('< ')).map((line) => line.slice(2))
  return { name, argv: comments[0] ?? '', turns, stdout }
}

function newTurn(promptId: string): RecordedTurn {
  return { promptId, messages: [], exit: null, stderr: '' }
}

function parse(text: string): Record<string, unknown> | null {
  const value: unknown = JSON.parse(text)
  return isObject(value) ? value : null
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
