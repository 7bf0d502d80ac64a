import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a fake claude of the chaos has noted of its own doing, in the order in which it happened. */
export type FakeRecord = {
  /**
   * `begin`: it took up a prompt; `end`: it has answered it; `known`: it was given one again that is in
   * its conversation already.
   */
  what: 'start' | 'begin' | 'end' | 'known'
  at: number
  pid: number
  agentId: string
  conversation: string
  /** The prompt's first word, which is its name; '' for a start. */
  prompt: string
  promptId: string
  /** How it ended, or began. */
  how: string
}

/** Adds a line. One write, so that the lines of several processes do not mix. */
export function addRecord(dir: string, record: FakeRecord): void {
  appendFileSync(recordsPath(dir), `${JSON.stringify(record)}\n`)
}

export function readRecords(dir: string): FakeRecord[] {
  if (!existsSync(recordsPath(dir))) return []
  const lines = readFileSync(recordsPath(dir), 'utf8').split('\n')
  return lines.slice(0, -1).map((line): FakeRecord => JSON.parse(line))
}

function recordsPath(dir: string): string {
  return join(dir, 'records.jsonl')
}
