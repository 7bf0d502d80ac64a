import { startAgent, type Agent, type AgentEvent } from '../../src/agent/index.ts'
import type { Heard, SuperviseJob, SuperviseReport } from './supervise-apart.ts'

// A supervisor in a process of its own, whose memory nobody else uses: it plays the job in its
// argument and prints one report.

const job: SuperviseJob = JSON.parse(process.argv[2] ?? '{}')
process.stdout.write(JSON.stringify(await play()))

async function play(): Promise<SuperviseReport> {
  await using agent = await startAgent(job.options, { env: job.env })
  // What every turn needs is there before it is measured.
  await agent.turn('a short turn').result
  const before = measure()

  const listeners = Array.from({ length: job.listeners }, () => listen(agent))
  const lazy = agent.events({ from: 'now' })
  const firstOfLazy = lazy.next()
  const turns: SuperviseReport['turns'] = []
  for (const prompt of job.prompts) {
    const { text, ...result } = await agent.turn(prompt).result
    turns.push({ ...result, textBytes: Buffer.byteLength(text) })
  }
  const heard = await Promise.all(listeners)
  const after = measure()
  return {
    turns,
    retainedBytes: after.heldBytes - before.heldBytes,
    peakBytes: after.peakBytes - before.peakBytes,
    heard,
    lazy: await hear(startingWith(await firstOfLazy, lazy)),
  }
}

function measure(): { heldBytes: number; peakBytes: number } {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return { heldBytes: heapUsed + external, peakBytes: process.resourceUsage().maxRSS * 1024 }
}

function listen(agent: Agent): Promise<Heard> {
  return hear(agent.events({ from: 'now' }))
}

async function* startingWith(
  first: IteratorResult<AgentEvent, void>,
  rest: AsyncIterable<AgentEvent>,
): AsyncGenerator<AgentEvent, void> {
  if (first.done !== true) yield first.value
  yield* rest
}

/** Listens until all prompts of the job are done. */
async function hear(events: AsyncIterable<AgentEvent>): Promise<Heard> {
  const heard: Heard = { deltas: 0, isInOrder: true, notices: [] }
  let last: number | null = null
  let turnsLeft = job.prompts.length
  for await (const event of events) {
    if (event.type === 'notice') heard.notices.push(event)
    if (event.type === 'state' && event.state === 'idle') turnsLeft--
    if (event.type === 'text_delta' && /^\d{10}/.test(event.text)) {
      const number = Number(event.text.slice(0, 10))
      if (last !== null && number !== last + 1) heard.isInOrder = false
      last = number
      heard.deltas++
    }
    if (turnsLeft === 0) break
  }
  return heard
}
