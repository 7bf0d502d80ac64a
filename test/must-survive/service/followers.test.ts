import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { SessionEvent } from '../../../src/events/index.ts'
import { openDaemonWorld, waitForRuns } from '../../support/daemon-world.ts'
import { readStream } from '../../support/read-stream.ts'

/** Small and predictable: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Cuts its connection after any number of bytes, and comes back with the last id it has read whole. */
async function followWithCuts(
  url: string,
  seed: number,
): Promise<{ seqs: number[]; cuts: number }> {
  const random = createRandom(seed)
  const seqs: number[] = []
  let cuts = 0
  for (let isEnded = false; !isEnded;) {
    const last = seqs.at(-1)
    const maxBytes = Math.floor(random() ** 3 * 60_000)
    const { events, isCut } = await readStream(url, {
      maxBytes,
      ...(last === undefined ? {} : { lastEventId: String(last) }),
      isLast: ({ type }) => type === 'run_ended',
    })
    seqs.push(...events.flatMap(({ seq }) => seq ?? []))
    isEnded = !isCut
    if (isCut) cuts += 1
  }
  return { seqs, cuts }
}

test('W1: clients that disconnect anywhere and return with Last-Event-ID get each event once; a slow one slows nobody', async () => {
  await using world = await openDaemonWorld({
    scenario: {
      turns: [
        [
          { do: 'begin' },
          { do: 'flood', kind: 'assistant', bytes: 600, lines: 3000, perSecond: 1000 },
          { do: 'end', text: 'all said' },
        ],
      ],
    },
  })
  await using daemon = await world.start()
  const run = await daemon.hostler.runs.submit({ key: 'a', prompt: 'tell' })
  const url = `${daemon.url}/v1/sessions/${run.sessionId}/events`

  // One that asks, and then never reads.
  const { hostname, port, pathname } = new URL(url)
  const deaf = connect(Number(port), hostname)
  await once(deaf, 'connect')
  deaf.pause()
  deaf.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`)

  const seeds = [1, 2, 3, 4]
  const followed = await Promise.all(seeds.map((seed) => followWithCuts(url, seed)))
  const [ended] = await waitForRuns(daemon.hostler, [run])
  expect(ended).toMatchObject({ outcome: 'ok', text: 'all said' })
  const all: SessionEvent[] = []
  for await (const event of daemon.hostler.sessions.events(run.sessionId, { until: 'now' })) {
    all.push(event)
  }
  expect(all.length).toBeGreaterThan(3000)
  const wanted = all.map((_, index) => index + 1)
  for (const { seqs, cuts } of followed) {
    expect(cuts).toBeGreaterThan(10)
    expect(seqs).toEqual(wanted)
  }
  expect(deaf.destroyed).toBe(false)
  deaf.destroy()
  await once(deaf, 'close')
})
