import { parsePrompt } from '../../agent/index.ts'
import { HostlerError, isErrorCode } from '../../errors.ts'
import { batchEntrySchema, type BatchEntry } from '../../service/api-schema/run-schema.ts'
import { parseInput } from '../../service/api-schema/parse-input.ts'
import { didYouMean } from '../../util/suggest.ts'
import { findCycle, inOrder } from './order-entries.ts'
import type { RawEntry } from './read-batch.ts'

/** An entry that can be submitted. */
export type CheckedEntry = {
  /** Its place in the file, from 1, and the places of those that it depends on. */
  at: number
  after: number[]
  line: number
  /** Its name, or its place: `#3`. */
  label: string
  entry: BatchEntry
}

const wholeId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * All that is wrong with a batch, each with its line, or its entries in an order in which each comes
 * after those that it depends on. Nothing is submitted before all of it is right.
 */
export function checkBatch(
  raw: readonly RawEntry[],
): { problems: string[] } | { entries: CheckedEntry[] } {
  const problems: string[] = []
  const parsed = raw.flatMap(({ line, value }, index) => {
    try {
      return [{ at: index + 1, line, entry: parseEntry(value) }]
    } catch (error) {
      problems.push(`${line}: ${explain(error)}`)
      return []
    }
  })
  const named = new Map<string, { at: number; line: number }>()
  for (const { at, line, entry } of parsed) {
    if (entry.name === undefined) continue
    const first = named.get(entry.name)
    if (first === undefined) named.set(entry.name, { at, line })
    else problems.push(`${line}: the name "${entry.name}" is line ${first.line}'s already`)
  }
  const entries = parsed.map(({ at, line, entry }): CheckedEntry => {
    const { name = `#${at}`, dependsOn = [] } = entry
    return { at, line, entry, label: name, after: placesOf(dependsOn, line) }
  })
  if (problems.length > 0) return { problems }
  const cycle = findCycle(entries)
  if (cycle !== null) {
    const names = cycle.map(({ label }) => `"${label}"`).join(' depends on ')
    return { problems: [`${cycle[0]?.line}: a cycle: ${names}`] }
  }
  return { entries: inOrder(entries) }

  function placesOf(dependsOn: readonly string[], line: number): number[] {
    return dependsOn.flatMap((one) => {
      const found = named.get(one)
      if (found !== undefined) return [found.at]
      if (!wholeId.test(one)) {
        const hint = didYouMean(one, [...named.keys()])
        problems.push(`${line}: dependsOn: no entry is named "${one}", nor is it a run's id${hint}`)
      }
      return []
    })
  }
}

function parseEntry(value: unknown): BatchEntry {
  const entry = parseInput(batchEntrySchema, value, { name: 'entry' })
  parsePrompt(entry.prompt)
  return entry
}

function explain(error: unknown): string {
  if (!(error instanceof HostlerError) || !isErrorCode(error.code)) throw error
  return error.cure === '' ? error.message : `${error.message}; ${error.cure}`
}
