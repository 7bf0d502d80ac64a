import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listAgents } from '../../src/agent/index.ts'
import type { FakeStep } from '../../src/testing/index.ts'
import { collectEvents, openTestWorld, startTestAgent } from '../support/agents.ts'
import { superviseApart } from '../support/supervise-apart.ts'
import { waitFor } from '../support/wait-for.ts'

const mb = 1 << 20
const turnCostUsd = 0.000148

test('O1: a 64 MB line costs a bounded amount of memory, is told with size and offset, and the run goes on', async () => {
  const lineBytes = 64 * mb
  await using world = await openTestWorld({
    scenario: {
      turns: [
        [{ do: 'reply' }],
        [
          { do: 'begin' },
          { do: 'huge', where: 'assistant', bytes: lineBytes },
          { do: 'end', text: 'after the long line' },
        ],
        [
          { do: 'begin' },
          { do: 'huge', where: 'result', bytes: lineBytes },
          { do: 'lifecycle', state: 'completed' },
          { do: 'state', state: 'idle' },
        ],
      ],
    },
    options: { maxLineBytes: mb, includePartialMessages: false },
  })
  const report = await superviseApart(world, { prompts: ['one', 'two', 'three'], listeners: 1 })

  const [agent] = await listAgents(world.options.dir)
  const sessionId = agent?.sessionId
  expect(sessionId).toMatch(/^[0-9a-f-]{36}$/)
  for (const turn of report.turns) {
    expect(turn).toMatchObject({ outcome: 'ok', costUsd: turnCostUsd, sessionId })
  }
  // The line of the result itself: what it says is cut, what it reports is not.
  expect(report.turns.map((one) => one.textBytes)).toEqual([
    'after the long line'.length,
    expect.closeTo(mb / 8, -3),
    'echo: three'.length,
  ])
  expect(report.peakBytes).toBeLessThan(lineBytes / 2)
  expect(report.retainedBytes).toBeLessThan(16 * mb)

  const [heard] = report.heard
  expect(heard?.notices).toHaveLength(2)
  await using log = await open(join(agent?.dir ?? '', 'out.jsonl'))
  for (const { bytes = 0, offset } of heard?.notices ?? []) {
    expect(bytes).toBeGreaterThan(lineBytes)
    const around = Buffer.alloc(2)
    await log.read(around, 0, 2, offset - 1)
    expect(around.toString()).toBe('\n{')
    await log.read(around, 0, 2, offset + bytes - 1)
    expect(around.toString()).toBe('}\n')
  }
})

test('O2: what is no message, or none that is known, is passed on raw and ends nothing', async () => {
  const oddities = [
    '[1,2]',
    '"text"',
    'null',
    'not json',
    '{"type":"assistant","message":',
    '{"type":"nova","x":1}',
    '{"type":"system","subtype":"nova","x":2}',
    '{"no":"type"}',
    '{"type":7}',
  ]
  await using world = await startTestAgent({
    scenario: {
      turns: [
        [
          { do: 'begin' },
          ...oddities.map((text) => ({ do: 'raw' as const, text: `${text}\n` })),
          { do: 'raw', base64: Buffer.from([0xff, 0xfe, 0x80, 0x0a]).toString('base64') },
          { do: 'raw', text: '\n\n' },
          {
            do: 'raw',
            text: '{"message":{"content":[{"text":"late type","type":"text"}],"id":"m"},"parent_tool_use_id":null,"type":"assistant"}\n',
          },
          { do: 'end', text: 'done' },
        ],
        [{ do: 'begin' }, { do: 'end', text: 'again' }],
      ],
      // Half a line is the last that it says.
      control: {
        end_session: [
          { do: 'raw', text: '{"type":"assis' },
          { do: 'exit', code: 0 },
        ],
      },
    },
  })
  const { agent } = world
  const seen = collectEvents(agent)
  expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'done' })
  expect(await agent.turn('go on').result).toMatchObject({ outcome: 'ok', text: 'again' })
  await agent.stop()
  await seen.done

  const unparsed = seen.events.filter((one) => one.type === 'unparsed')
  expect(unparsed.map((one) => one.text)).toEqual([
    ...oddities.slice(0, 5),
    '\ufffd\ufffd\ufffd',
    '{"type":"assis',
  ])
  const unknown = seen.events.filter((one) => one.type === 'unknown')
  expect(unknown.map((one) => one.message)).toEqual(
    oddities.slice(5).map((line): unknown => JSON.parse(line)),
  )
  expect(seen.events).toContainEqual(
    expect.objectContaining({ type: 'text', text: 'late type', messageId: 'm' }),
  )
})

test('O3: of 100,000 lines at full speed, nine listeners get each once, and one that does not read costs nothing', async () => {
  const lines = 100_000
  await using world = await openTestWorld({
    scenario: {
      turns: [
        [{ do: 'reply' }],
        [
          { do: 'begin' },
          { do: 'flood', kind: 'text_delta', bytes: 1000, lines },
          { do: 'end', text: 'done' },
        ],
      ],
    },
  })
  const report = await superviseApart(world, { prompts: ['flood'], listeners: 9 })
  expect(report.turns).toMatchObject([{ outcome: 'ok', costUsd: turnCostUsd }])
  expect(report.heard).toEqual(
    Array.from({ length: 9 }, () => ({ deltas: lines, isInOrder: true, notices: [] })),
  )
  // All of it is 100 MB.
  expect(report.retainedBytes).toBeLessThan(16 * mb)
  expect(report.peakBytes).toBeLessThan(96 * mb)
  expect(report.lazy).toEqual({ deltas: lines, isInOrder: true, notices: [] })
})

test('O5: "error" on stderr makes no failure, and megabytes of it are cut to head and tail', async () => {
  const flood = (count: number): FakeStep[] =>
    Array.from({ length: count }, () => ({ do: 'stderr', bytes: mb }))
  await using world = await startTestAgent({
    scenario: {
      turns: [
        [{ do: 'stderr', text: 'Error: HEAD of stderr\n' }, ...flood(16), { do: 'reply' }],
        [{ do: 'stderr', text: 'error\n' }, { do: 'reply' }],
      ],
      control: {
        // Little enough to be left until nothing is written any more that a cut could lose.
        end_session: [
          ...flood(4),
          { do: 'stderr', text: '\nfatal: TAIL\n' },
          { do: 'exit', code: 0 },
        ],
      },
    },
  })
  const { agent } = world
  const seen = collectEvents(agent)
  expect(await agent.turn('one').result).toMatchObject({ outcome: 'ok', error: null })
  const path = join(agent.dir, 'err.log')
  await waitFor(() => seen.events.some((one) => one.type === 'notice' && one.code === 'stderr_cut'))
  expect((await stat(path)).size).toBeLessThan(9 * mb)
  expect(await agent.turn('two').result).toMatchObject({ outcome: 'ok', error: null })
  await agent.stop()
  expect(await agent.ended).toEqual({ code: 0, signal: null })
  await seen.done

  expect((await stat(path)).size).toBeLessThan(2 * mb)
  const kept = await readFile(path, 'utf8')
  expect(kept.startsWith('Error: HEAD of stderr\n')).toBe(true)
  expect(kept).toMatch(/\n\[\d+ bytes cut\]\n/)
  expect(kept.endsWith('\nfatal: TAIL\n')).toBe(true)
})
