import type { Command } from 'commander'
import type { Page, PageOptions } from '../../client/index.ts'
import type { Io } from '../io.ts'
import { parseWhole } from '../run/flag-values.ts'

export type PageFlags = { limit: number; cursor?: string }

/** Gives a command the flags of {@link PageFlags}. */
export function addPageFlags(command: Command): Command {
  return command
    .option('-n, --limit <n>', 'how many, 200 at most', parseWhole, 50)
    .option('--cursor <cursor>', 'where the page before has ended')
}

export function pageOf({ limit, cursor }: PageFlags): PageOptions {
  return { limit, ...(cursor !== undefined && { cursor }) }
}

/** Says how to get the next page, where there is one. */
export function noteMore(io: Io, { next }: Page<unknown>): void {
  if (next !== null) io.stderr.write(`there are more: --cursor ${next}\n`)
}
