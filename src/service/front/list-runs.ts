import { listRuns } from '../../store/runs/list-runs.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { runFilterSchema } from '../api-schema/run-schema.ts'
import type { Page, PageOptions } from '../contract/hostler.ts'
import type { Run, RunFilter } from '../contract/run.ts'
import type { Front } from './front.ts'
import { parsePage } from './parse-page.ts'
import { readRuns } from './read-runs.ts'

/** A page of the runs that fit, newest first. @throws invalid_input */
export async function findRuns(
  { context }: Front,
  filter: RunFilter,
  page: PageOptions,
): Promise<Page<Run>> {
  const query = parseInput(runFilterSchema, filter, { name: 'filter' })
  const { items, next } = await listRuns(context.store, query, parsePage(page))
  return { items: await readRuns(context, items, { reader: context.store }), next }
}
