import type { Page, Run } from '../../client/index.ts'
import { formatCost } from '../figures.ts'
import { describePrompt, describeState, durationOf } from './describe.ts'
import { printHeading } from './details.ts'
import { printTable, shownId } from './print.ts'
import type { Service } from './with-hostler.ts'

const headings = ['RUN', 'STATE', 'TOOK', 'COST', 'PROMPT']
const pageSize = 200
// What is deeper, or more, is better looked at from one of them.
const maxDepth = 5
const maxShown = 200

type Branch = { run: Run; depth: number }

/** The runs that a run's agent has made, and theirs, as a tree. */
export async function printChildren(run: Run, service: Service): Promise<void> {
  const { io } = service
  const branches = await readBranches(run.id, { depth: 0, left: maxShown, service })
  if (branches.length === 0) return
  printHeading(io, 'children')
  printTable(
    io,
    headings,
    branches.map(({ run: child, depth }) => [
      `${'· '.repeat(depth)}${shownId(child.id, io)}`,
      describeState(child),
      durationOf(child),
      formatCost(child.costUsd),
      describePrompt(child.prompt),
    ]),
  )
  if (branches.length >= maxShown) {
    io.stdout.write(`there may be more: hostler runs --parent ${run.id}\n`)
  }
}

async function readBranches(
  parentRunId: string,
  { depth, left, service }: { depth: number; left: number; service: Service },
): Promise<Branch[]> {
  const { hostler, signal } = service
  const page: Page<Run> = await hostler.runs.list({ parentRunId }, { limit: pageSize, signal })
  const found: Branch[] = []
  for (const run of page.items.toReversed()) {
    if (found.length >= left) break
    found.push({ run, depth })
    if (depth + 1 >= maxDepth) continue
    // In the order of a tree: each is followed by its own.
    const below = { depth: depth + 1, left: left - found.length, service }
    found.push(...(await readBranches(run.id, below)))
  }
  return found
}
