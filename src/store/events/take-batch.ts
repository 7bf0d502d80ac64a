import type { BatchEntry } from './write-batch.ts'

/** What goes into one transaction at most: others wait for SQLite's one writer meanwhile. */
const maxEvents = 2_000
const maxChars = 8 * 1024 * 1024

/** From the front: as many as go into one transaction, at least one. */
export function takeBatch<Entry extends BatchEntry>(open: readonly Entry[]): Entry[] {
  let events = 0
  let chars = 0
  const end = open.findIndex(({ rows }) => {
    events += rows.length
    for (const row of rows) chars += row.data.length
    return events > maxEvents || chars > maxChars
  })
  return end === -1 ? [...open] : open.slice(0, Math.max(1, end))
}
