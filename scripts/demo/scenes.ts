import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  connectHostler,
  type Hostler as Client,
  type SessionEvent,
} from '../../src/client/index.ts'
import { toolTarget } from '../../src/events/tool-target.ts'
import type { Daemon, Hostler } from './hostler.ts'
import { prompts } from './script.ts'

// So long is what is held up looked at.
const lookMs = 500

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** A run with a tool call, without any daemon. */
export async function showRun(hostler: Hostler): Promise<void> {
  await hostler.run(['run', '--allowed-tools', 'Bash', prompts.run])
}

/** Two sessions, a `kill -9` of the daemon in mid-turn, and the next one. */
export async function showKill(hostler: Hostler): Promise<Daemon> {
  const first = await hostler.serve()
  await using client = connectHostler({ url: first.url })
  await hostler.run(['submit', '--key', 'door', prompts.door])
  const following = hostler.start(['submit', '--key', 'road', '--follow', prompts.road])
  const followed = once(following, 'exit')
  await waitForEvent(client, 'key:door', ({ type }) => type === 'request_opened')
  const begun = await waitForEvent(client, 'key:road', ({ type }) => type === 'tool_started')
  if (begun.type === 'tool_started') say(`  … ${begun.toolName} ${toolTarget(begun.input)}`)
  await first.end('SIGKILL')
  say(`  — the daemon (process ${first.pid}) was killed with -9, two turns under way —\n`)
  await hostler.run(['agents'])
  say('')
  const second = await hostler.serve()
  await followed
  return second
}

/** The question that the killed daemon had taken is answered. */
export async function showAnswer(hostler: Hostler, { url }: Daemon): Promise<void> {
  await using client = connectHostler({ url })
  await hostler.run(['requests'])
  const [request] = (await client.requests.list({ state: 'open' })).items
  if (request === undefined) throw new Error('the question is gone')
  const label = request.request.kind === 'question' ? lastLabel(request.request.questions) : 'Green'
  await hostler.run(['answer', request.id, '--choice', label])
  await hostler.run(['logs', '-f', request.runId])
}

/** A run that waits for a human leaves its only slot to one that makes tasks, then meets a usage limit. */
export async function showNight(
  hostler: Hostler,
  { url }: Daemon,
  { hasLimit }: { hasLimit: boolean },
): Promise<void> {
  await using client = connectHostler({ url })
  await hostler.run(['submit', '--profile', 'night', '--key', 'well', prompts.well])
  await waitForEvent(client, 'key:well', ({ type }) => type === 'request_opened')
  await hostler.run(['submit', '--profile', 'night', '--key', 'feast', '--follow', prompts.feast])
  const [request] = (await client.requests.list({ state: 'open' })).items
  if (request === undefined) throw new Error('the permission is gone')
  await hostler.run(['answer', request.id, '--allow'])
  if (hasLimit) {
    const isLimit = (event: SessionEvent): boolean =>
      event.type === 'run_waiting' && event.on === 'time'
    await waitForEvent(client, 'key:well', isLimit)
    await hostler.run(['accounts'])
    await sleep(lookMs)
    await hostler.run(['accounts', 'resume', 'oauth'])
  }
  await hostler.run(['logs', '-f', request.runId])
}

/** What all of it was, and what it has cost. */
export async function showCosts(hostler: Hostler): Promise<void> {
  await hostler.run(['runs'])
  await hostler.run(['costs', '--by', 'day,profile'])
}

function lastLabel(questions: readonly { options: readonly { label: string }[] }[]): string {
  return questions[0]?.options.at(-1)?.label ?? 'Green'
}

/** Follows a session, as soon as it is there, until an event is what is waited for. */
async function waitForEvent(
  client: Client,
  session: string,
  isIt: (event: SessionEvent) => boolean,
): Promise<SessionEvent> {
  const signal = AbortSignal.timeout(60_000)
  while ((await client.sessions.list({ search: session.replace('key:', '') })).items.length === 0) {
    await sleep(50, undefined, { signal })
  }
  for await (const event of client.sessions.events(session, { signal })) {
    if (isIt(event)) return event
  }
  throw new Error(`session ${session} did not come so far`)
}
