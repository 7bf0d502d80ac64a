import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readEvents } from '../../src/agent/log/read-events.ts'
import { text, tool } from '../../src/testing/index.ts'
import { waitFor } from '../support/wait-for.ts'
import { openInn, type Inn } from './run-hostler.ts'

const slowTool = tool('Bash', {
  command: `bash -c 'for i in 1 2 3; do sleep 1; done; echo over'`,
})

describe('hostler attach', () => {
  test('takes over after kill -9 without a lost or repeated line', async () => {
    await using inn = await openInn([slowTool, text('All done.')])
    const id = await leaveBehind(inn)

    const listed = await inn.run(['agents'])
    expect(listed.stdout).toMatch(new RegExp(`${id} +running +nobody`))

    const attached = await inn.run(['attach', id.slice(0, 13), '--output', 'stream-json'])
    expect(attached).toMatchObject({ code: 0, stderr: '' })
    const events = attached.stdout.trimEnd().split('\n').map(toObject)
    expect(events.at(-1)).toMatchObject({
      type: 'turn_result',
      outcome: 'ok',
      text: 'All done.',
      agentId: id,
    })
    const logged = await readLog(join(inn.dataDir, 'agents', id, 'out.jsonl'))
    const seen = events.filter(({ type }) => type !== 'notice' && type !== 'turn_result')
    expect(seen.map(toComparable)).toEqual(logged.map(toComparable))
    // The model was asked twice: for the tool, and with what it gave back.
    expect(inn.model.prompts.map((one) => one.hasToolResult)).toEqual([false, true])
    const after = await inn.run(['agents', '--json'])
    expect(JSON.parse(after.stdout)).toMatchObject([{ id, state: 'ended' }])
  })

  test('an agent that somebody supervises is only followed', async () => {
    await using inn = await openInn([slowTool, text('All done.')])
    const started = inn.start(['run', '-o', 'stream-json', '--allowed-tools', 'Bash', 'go'])
    await waitFor(() => started.output.stdout.includes('"tool_started"'), { timeoutMs: 20_000 })
    const id = await onlyAgent(inn)
    const refused = await inn.run(['attach', id, '--send', 'more'])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain(`supervised by process ${started.child.pid}`)
    const followed = await inn.run(['attach', id])
    expect(followed).toMatchObject({ code: 0, stdout: 'All done.\n' })
    expect(followed.stderr).toContain('following only')
    expect((await started.ended).code).toBe(0)
  })

  test('--send and --keep, then --interrupt, then stop', async () => {
    await using inn = await openInn([slowTool, text('One.'), text('Two.'), slowTool])
    const id = await leaveBehind(inn)
    const sent = await inn.run(['attach', id, '--from', 'turn', '--send', 'next', '--keep'])
    expect(sent.code).toBe(0)
    expect(sent.stdout).toMatch(/Two\.\n$/)
    const busy = inn.start(['attach', id, '--send', 'slow', '-o', 'stream-json'])
    await waitFor(() => busy.output.stdout.includes('slow') || inn.model.prompts.length === 4)
    busy.child.kill('SIGKILL')
    await busy.ended
    const interrupted = await inn.run(['attach', id, '--interrupt', '-o', 'json', '--keep'])
    expect(interrupted.code).toBe(130)
    expect(JSON.parse(interrupted.stdout)).toMatchObject({ outcome: 'cancelled' })
    const stopped = await inn.run(['stop', id, '--json'])
    expect(JSON.parse(stopped.stdout)).toMatchObject([{ id, survivors: [] }])
    expect((await inn.run(['sweep'])).stdout).toBe('nothing was left behind\n')
  })
})

/** Starts a run, and kills hostler in the middle of a tool call. */
async function leaveBehind(inn: Inn): Promise<string> {
  const started = inn.start(['run', '-o', 'stream-json', '--allowed-tools', 'Bash', 'go'])
  await waitFor(() => started.output.stdout.includes('"tool_started"'), { timeoutMs: 20_000 })
  started.child.kill('SIGKILL')
  await started.ended
  return await onlyAgent(inn)
}

async function onlyAgent(inn: Inn): Promise<string> {
  const listed = await inn.run(['agents', '--json'])
  const agents: { id: string }[] = JSON.parse(listed.stdout)
  expect(agents).toHaveLength(1)
  return agents[0]?.id ?? ''
}

async function readLog(path: string): Promise<unknown[]> {
  const { length } = await readFile(path)
  const events: unknown[] = []
  const range = { from: 0, to: length }
  for await (const event of readEvents(path, { range, maxLineBytes: 2 ** 24 })) events.push(event)
  return events
}

/** Through JSON, as the events of the other side have been. */
function toComparable(event: unknown): unknown {
  return JSON.parse(JSON.stringify(event))
}

function toObject(line: string): Record<string, unknown> {
  const value: Record<string, unknown> = JSON.parse(line)
  return value
}
