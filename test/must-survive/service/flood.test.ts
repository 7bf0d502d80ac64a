import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { openDaemonWorld, waitForRuns } from '../../support/daemon-world.ts'
import { residentMb } from '../../support/guarded-daemon.ts'
import { readStream } from '../../support/read-stream.ts'

const lines = 100_000

test('O3: of 100,000 events at full speed, nine clients get each once, one never reads, and memory is bounded', async () => {
  await using world = await openDaemonWorld({
    scenario: {
      turns: [
        [
          { do: 'begin' },
          { do: 'flood', kind: 'assistant', bytes: 1, lines },
          { do: 'end', text: 'all said' },
        ],
      ],
    },
  })
  await using daemon = await world.start()
  const run = await daemon.hostler.runs.submit({ key: 'a', prompt: 'tell', delayMs: 1500 })
  const url = `${daemon.url}/v1/sessions/${run.sessionId}/events`
  const { hostname, port, pathname } = new URL(url)
  const deaf = connect(Number(port), hostname)
  await once(deaf, 'connect')
  deaf.pause()
  deaf.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`)

  const idleMb = residentMb(daemon.pid)
  let mostMb = 0
  const sampling = setInterval(() => (mostMb = Math.max(mostMb, residentMb(daemon.pid))), 100)
  const readers = Array.from({ length: 9 }, async () => {
    const seen = { stored: 0, texts: 0, gaps: 0 }
    await readStream(url, {
      onEvent(event) {
        if (event.seq === null) return
        if (event.seq !== seen.stored + 1) seen.gaps += 1
        seen.stored = event.seq
        if (event.type === 'text') seen.texts += 1
      },
      isLast: ({ type }) => type === 'run_ended',
    })
    return seen
  })
  const all = await Promise.all(readers)
  clearInterval(sampling)
  const [ended] = await waitForRuns(daemon.hostler, [run])
  expect(ended).toMatchObject({ outcome: 'ok', text: 'all said' })
  for (const seen of all) {
    expect(seen.gaps).toBe(0)
    // The last text of a turn comes with its result.
    expect(seen.texts).toBeGreaterThanOrEqual(lines)
  }
  // The database holds them all, and one that comes later gets them all.
  const session = await daemon.hostler.sessions.get(run.sessionId)
  let stored = 0
  for await (const event of daemon.hostler.sessions.events(run.sessionId, { until: 'now' })) {
    expect(event.seq).toBe(++stored)
  }
  expect(stored).toBe(all[0]?.stored)
  expect(session).toMatchObject({ lastSeq: stored })
  expect(deaf.destroyed).toBe(false)
  expect(mostMb - idleMb, `${idleMb} MB, then ${mostMb} MB`).toBeLessThan(400)
  deaf.destroy()
  await once(deaf, 'close')
}, 180_000)
