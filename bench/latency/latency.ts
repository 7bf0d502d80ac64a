import type { VersionCache } from '../../src/agent/index.ts'
import { coldQuery, openAgentSdk, prewarmQuery } from '../contenders/agent-sdk.ts'
import { openHostler } from '../contenders/hostler.ts'
import { openRawPipes } from '../contenders/raw-pipes.ts'
import type { OpenSession, SessionOptions, TurnFigures } from '../contenders/session.ts'
import { say } from '../report/progress.ts'
import { atMost, toRow, type Part, type Row } from '../report/row.ts'
import { median } from '../report/stats.ts'
import { openRoom } from '../room/room.ts'
import { measureColdStarts, type ColdStart } from './cold-starts.ts'
import { measureWarmTurns } from './warm-turns.ts'

const about = `The same CLI, model and prompt for all; one round of each in turn. "to result": the result message has been
read; "to end": the CLI has said that it is idle, which is when hostler calls a turn over. Prewarmed: the CLI was started and
had answered \`initialize\` before the clock was.`

/** How long a turn takes: warm, cold, and the first one of a CLI that was started ahead. */
export async function measureLatency(options: { isQuick: boolean }): Promise<Part> {
  const { isQuick } = options
  await using room = await openRoom({ replies: [], otherwise: { text: 'Hello there.' } })
  const versions: VersionCache = new Map()
  const open: Record<string, OpenSession> = {
    'raw pipes': openRawPipes,
    hostler: openHostler({ isListening: true, versions }),
    'Agent SDK': openAgentSdk,
  }
  const warm = await measureWarmTurns(room.session, { open, rounds: isQuick ? 5 : 100 })
  const rounds = isQuick ? 2 : 15
  const cold = await measureColdStarts(room.session, {
    what: 'cold',
    rounds,
    starts: {
      'raw pipes': coldWith(openRawPipes),
      hostler: coldWith(openHostler({ isListening: true, versions })),
      'hostler, version not known yet': coldWith(openHostler({ isListening: true })),
      'Agent SDK': async (session) => async () => await coldQuery('hi', session),
    },
  })
  const prewarmed = await measureColdStarts(room.session, {
    what: 'prewarmed',
    rounds,
    starts: {
      'raw pipes': prewarmedWith(openRawPipes),
      hostler: prewarmedWith(openHostler({ isListening: true, versions })),
      'Agent SDK': async (session) => {
        const run = await prewarmQuery(session)
        return async () => await run('hi')
      },
    },
  })
  say('')
  const rows = [
    ...toRows('warm turn', warm),
    ...toRows('cold turn', cold),
    ...toRows('prewarmed first turn', prewarmed),
  ]
  const endOf = (figures: Map<string, TurnFigures[]>, name: string): number =>
    median((figures.get(name) ?? []).map((one) => one.endMs))
  const extraMs = endOf(warm, 'hostler') - endOf(warm, 'raw pipes')
  return {
    title: 'Latency',
    about,
    rows,
    targets: [
      atMost('a warm turn of hostler beyond one over raw pipes', {
        value: extraMs,
        limit: 2,
        unit: 'ms',
      }),
      atMost('a prewarmed first turn of hostler', {
        value: endOf(prewarmed, 'hostler'),
        limit: endOf(cold, 'hostler') / 3,
        unit: 'ms',
      }),
    ],
  }
}

/** The clock starts before the CLI does. */
function coldWith(open: OpenSession): ColdStart {
  return async (session: SessionOptions) => async () => {
    const startedAt = performance.now()
    const live = await open(session)
    const openedMs = performance.now() - startedAt
    try {
      const { resultMs, endMs, messages } = await live.turn('hi')
      return { resultMs: openedMs + resultMs, endMs: openedMs + endMs, messages }
    } finally {
      await live.close()
    }
  }
}

function prewarmedWith(open: OpenSession): ColdStart {
  return async (session) => {
    const live = await open(session)
    await live.ready
    return async () => {
      try {
        return await live.turn('hi')
      } finally {
        await live.close()
      }
    }
  }
}

function toRows(what: string, figures: ReadonlyMap<string, TurnFigures[]>): Row[] {
  return (['resultMs', 'endMs'] as const).flatMap((moment) =>
    [...figures].map(([contender, turns]) =>
      toRow(
        { what: `${what}, to ${moment === 'endMs' ? 'end' : 'result'}`, contender, unit: 'ms' },
        turns.map((one) => one[moment]),
      ),
    ),
  )
}
