// node bench/main.ts [--quick] [--only latency,cpu,many,ends,queue,requests,streams,restart,memory] [--docs]
// Prints a table, writes results/<date>.json, and with --docs the table into docs/benchmarks.md.
import { mkdir, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { measureCpu } from './cpu/cpu.ts'
import { measureEnds } from './ends/ends.ts'
import { measureLatency } from './latency/latency.ts'
import { measureMany } from './many/many.ts'
import { measureMemory } from './memory/memory.ts'
import { measureQueue } from './queue/queue.ts'
import { describeMachine, packageVersion } from './report/machine.ts'
import { say } from './report/progress.ts'
import type { Part } from './report/row.ts'
import { measureRequests } from './requests/requests.ts'
import { measureRestart } from './restart/restart.ts'
import { measureStreams } from './streams/streams.ts'
import { toMarkdown } from './report/table.ts'
import { writeDocs } from './report/write-docs.ts'

const parts: Record<string, (options: { isQuick: boolean }) => Promise<Part>> = {
  latency: measureLatency,
  cpu: measureCpu,
  many: measureMany,
  ends: measureEnds,
  queue: measureQueue,
  requests: measureRequests,
  streams: measureStreams,
  restart: measureRestart,
  memory: measureMemory,
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(parts).join(',') },
  },
})
const names = values.only.split(',')
const unknown = names.find((name) => !(name in parts))
if (unknown === undefined) await measure(names)
else {
  say(`--only ${unknown}: there is no such part; there are ${Object.keys(parts).join(', ')}`)
  process.exitCode = 2
}

async function measure(chosen: string[]): Promise<void> {
  const machine = describeMachine({
    'Claude Code': packageVersion(
      new URL('../node_modules/@anthropic-ai/claude-code/package.json', import.meta.url),
    ),
    'Agent SDK': packageVersion(
      new URL('node_modules/@anthropic-ai/claude-agent-sdk/package.json', import.meta.url),
    ),
    hostler: packageVersion(new URL('../package.json', import.meta.url)),
  })
  const found: Part[] = []
  for (const name of chosen) {
    const part = await parts[name]?.({ isQuick: values.quick })
    if (part !== undefined) found.push(part)
  }
  const load = loadavg().map((one) => one.toFixed(2))
  const described = { ...machine, 'load after': load.join(' ') }
  const table = toMarkdown(described, found)
  process.stdout.write(table)
  if (values.docs) await writeDocs(new URL('../docs/benchmarks.md', import.meta.url), table)
  const folder = new URL('results/', import.meta.url)
  await mkdir(folder, { recursive: true })
  const name = new Date().toISOString().slice(0, 19).replaceAll(':', '')
  const file = new URL(`${name}.json`, folder)
  await writeFile(file, JSON.stringify({ machine: described, parts: found }, null, 2))
  say(`written: bench/results/${name}.json`)
}
