import { InvalidArgumentError, type Command } from 'commander'
import type { CostGroup, CostQuery, CostReport } from '../../client/index.ts'
import { costGroupSchema } from '../../service/api-schema/costs-schema.ts'
import { costsToCsv } from '../../service/api-schema/costs-to-csv.ts'
import { exitCodes } from '../exit-codes.ts'
import { formatCost, formatCount } from '../figures.ts'
import type { Io } from '../io.ts'
import { collectPair } from '../run/flag-values.ts'
import { describeLimits } from './describe-limits.ts'
import { drawBar } from './draw-bar.ts'
import { findId } from './find-id.ts'
import { parseSince } from './parse-since.ts'
import { printJson, printTable, shownId } from './print.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { withHostler, type Service } from './with-hostler.ts'

type CostsFlags = ServiceFlags & {
  by?: CostGroup[]
  since?: number
  until?: number
  session?: string
  profile?: string
  label?: Record<string, string>
  timeZone?: string
  csv?: true
}

/** `hostler costs`. */
export function addCostsCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const time = (text: string): number => parseSince(text, Date.now())
  const command = program
    .command('costs')
    .description('what has been spent, and how far limits on money are used')
    .option('--by <groups>', 'day, profile, session, model, account, label:<name>', collectGroups)
    .option('--since <time>', '12h, 7d, 4w, or a date (default: 30d)', time)
    .option('--until <time>', 'the same: up to then (default: now)', time)
    .option('-s, --session <session>', 'only of this session: its id, or key:…')
    .option('-p, --profile <name>', 'only of this profile')
    .option('-l, --label <name=value>', 'only with this label; repeatable', collectPair)
    .option('--time-zone <name>', 'where a day begins (default: budgets.timeZone)')
    .option('--csv', 'as CSV')
  addServiceFlags(command)
    .addHelpText(
      'after',
      `
Examples:
  hostler costs --since 7d --by day,profile
  hostler costs --by label:team --since 2026-11-01
  hostler costs --by session --csv > costs.csv`,
    )
    .action(async (flags: CostsFlags) => {
      exit(await withHostler(flags, io, (service) => show(flags, service)))
    })
}

async function show(flags: CostsFlags, { hostler, io, signal }: Service): Promise<number> {
  const { by, since, until, session, profile, label, timeZone } = flags
  const query: CostQuery = {
    ...(by !== undefined && { by }),
    ...(since !== undefined && { from: since }),
    ...(until !== undefined && { to: until }),
    ...(session !== undefined && { sessionId: await idOfSession(session) }),
    ...(profile !== undefined && { profile }),
    ...(label !== undefined && { labels: label }),
    ...(timeZone !== undefined && { timeZone }),
  }
  const report = await hostler.costs(query, { signal })
  if (flags.json === true) printJson(io, report)
  else if (flags.csv === true) io.stdout.write(costsToCsv(report))
  else print(report, io)
  return exitCodes.ok

  async function idOfSession(text: string): Promise<string> {
    const id = await findId(hostler, 'session', { text, signal })
    return id.startsWith('key:') ? (await hostler.sessions.get(id, { signal })).id : id
  }
}

function print({ by, lines, total, limits }: CostReport, io: Io): void {
  if (lines.length === 0) io.stderr.write('nothing was spent in this time\n')
  else {
    const most = Math.max(...lines.map(({ costUsd }) => costUsd))
    const rows = lines.map(({ keys, ...line }) => [
      ...keys.map((key, index) => shownKey(key, by[index], io)),
      ...figuresOf(line),
      drawBar(most === 0 ? 0 : line.costUsd / most, barWidth),
    ])
    const sum = ['total', ...by.slice(1).map(() => ''), ...figuresOf(total), '']
    const headings = by.map((group) => group.replace(/^label:/, '').toUpperCase())
    printTable(io, [...headings, 'COST', 'RUNS', 'TOKENS', ''], [...rows, sum])
  }
  if (limits.length === 0) return
  io.stdout.write('\n')
  printTable(io, ['LIMIT', 'SPENT', 'OF', 'SET ASIDE', 'ANEW', 'USED', ''], describeLimits(limits))
}

const barWidth = 24

function shownKey(key: string, group: CostGroup | undefined, io: Io): string {
  if (key === '') return '-'
  return group === 'session' ? shownId(key, io) : key
}

function figuresOf(line: CostReport['total']): string[] {
  const { costUsd, runs, inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens } = line
  const tokens = inputTokens + outputTokens + cacheReadTokens + cacheCreationTokens
  return [formatCost(costUsd), String(runs), formatCount(tokens)]
}

function collectGroups(text: string, before: CostGroup[] = []): CostGroup[] {
  const groups = text.split(',').map((one) => {
    const parsed = costGroupSchema.safeParse(one.trim())
    if (parsed.success) return parsed.data
    throw new InvalidArgumentError(
      `There is no "${one}": give day, profile, session, model, account or label:<name>.`,
    )
  })
  return [...before, ...groups]
}
