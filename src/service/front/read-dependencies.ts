import type { Reader } from '../../store/reader.ts'
import { dependenciesOf, type DependencyState } from '../../store/runs/dependencies-of.ts'
import type { RunRow } from '../../store/tables.ts'
import type { Held } from '../contract/session.ts'

const named = 3

/** What a run depends on, and how that holds it up. */
export type Dependencies = { dependsOn: string[]; held: Held | null }

/** The same for several runs, by their ids. */
export async function readDependencies(
  reader: Reader,
  rows: readonly RunRow[],
): Promise<Map<string, Dependencies>> {
  const found = await dependenciesOf(
    reader,
    rows.map(({ id }) => id),
  )
  return new Map(
    rows.map((row) => {
      const all = found.get(row.id) ?? []
      const isHeld = row.state === 'queued' && row.open_dependencies > 0
      return [row.id, { dependsOn: all.map(({ id }) => id), held: isHeld ? toHeld(all) : null }]
    }),
  )
}

function toHeld(all: readonly DependencyState[]): Held {
  const open = all.filter(
    ({ state }) => state === 'queued' || state === 'running' || state === 'waiting',
  )
  const names = open.slice(0, named).map(({ id, state }) => `${id} (${state})`)
  const more = open.length > named ? ` and ${open.length - named} more` : ''
  const what = all.length === 1 ? 'a run' : `${open.length} of ${all.length} runs`
  // In the moment between their ends and what these mean for it, none is open.
  const which = names.length === 0 ? '' : `: ${names.join(', ')}${more}`
  return { by: 'dependencies', until: null, reason: `it depends on ${what}${which}` }
}
