import type { Page, Run } from '../../client/index.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatCost } from '../figures.ts'
import { describePrompt, describeState, durationOf } from '../service/describe.ts'
import { printJson, printTable, shownId } from '../service/print.ts'
import type { Service } from '../service/with-hostler.ts'
import { describeCounts } from './batch-line.ts'
import type { BatchPlan } from './batch-plan.ts'
import { createBatchTracker } from './batch-tracker.ts'
import type { BatchOptions } from './submit-batch.ts'

const pageSize = 200
const headings = ['ENTRY', 'RUN', 'STATE', 'TOOK', 'COST', 'WHAT']

/** Tells what has become of a batch. Resolves with the exit code. */
export async function reportBatch(
  service: Service,
  plan: BatchPlan,
  { runs, options }: { runs: ReadonlyMap<number, Run>; options: BatchOptions },
): Promise<number> {
  const { io } = service
  const now = options.waitMs === null ? new Map<string, Run>() : await readNow(service, plan)
  const rows = plan.entries
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ at, label, line }) => {
      const run = runs.get(at)
      return run === undefined ? [] : [{ label, line, run: now.get(run.id) ?? run }]
    })
  const counts = createBatchTracker(plan.entries.length, () => undefined)
  for (const { run, label } of rows) counts.add(run, label)
  if (options.isJson) {
    const items = rows.map(({ label, line, run }) => ({ entry: label, line, run }))
    printJson(io, { batch: plan.id, counts: counts.counts(), items })
  } else {
    printTable(
      io,
      headings,
      rows.map(({ label, run }) => [
        label,
        shownId(run.id, io),
        describeState(run),
        durationOf(run),
        formatCost(run.costUsd),
        run.error?.message ?? describePrompt(run.prompt),
      ]),
    )
    const cost = rows.reduce((sum, { run }) => sum + run.costUsd, 0)
    io.stderr.write(`batch ${plan.id}: ${describeCounts(counts.counts())} · ${formatCost(cost)}\n`)
  }
  if (options.waitMs === null) return exitCodes.ok
  if (counts.open() > 0) return exitCodes.unfinished
  return rows.every(({ run }) => run.state === 'succeeded') ? exitCodes.ok : exitCodes.failed
}

/** Its runs as they are now, all that its label finds. */
async function readNow({ hostler, signal }: Service, { id }: BatchPlan): Promise<Map<string, Run>> {
  const found = new Map<string, Run>()
  let cursor: string | null = null
  do {
    // Page by page, as the next one begins where this one ends.
    const page: Page<Run> = await hostler.runs.list(
      { labels: { batch: id } },
      { limit: pageSize, signal, ...(cursor !== null && { cursor }) },
    )
    for (const run of page.items) found.set(run.id, run)
    cursor = page.next
  } while (cursor !== null)
  return found
}
