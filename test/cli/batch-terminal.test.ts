import { writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { beginStream, sendJson, type Answer } from '../client/scripted-server.ts'
import { sampleId, sampleRun, sampleStatus } from '../support/service-samples.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'
import { openDaemonCli } from './daemon-cli.ts'
import { hasTmux, openTerminal } from './terminal.ts'

describe.skipIf(!hasTmux)('a batch on a terminal', () => {
  test('is shown as a bar that grows, then as a table; what fails is told at once', async () => {
    let feed: ServerResponse | null = null
    let submitted = 0
    const runs = [0, 1].map((n) => sampleRun({ id: sampleId(n + 1), prompt: `line ${n}` }))
    const ended = [
      { ...runs[0], state: 'succeeded', outcome: 'ok', startedAt: 1000, endedAt: 2000 },
      { ...runs[1], state: 'failed', outcome: 'agent_error', startedAt: 1000, endedAt: 2000 },
    ]
    await using daemon = await openDaemonCli({
      'GET /v1/status': sampleStatus(),
      'POST /v1/runs': ((_, response) => {
        sendJson(response, runs[submitted++], 202)
      }) satisfies Answer,
      'GET /v1/runs': { items: ended, next: null },
      'GET /v1/events': ((_, response) => {
        beginStream(response)
        feed = response
      }) satisfies Answer,
    })
    await using dir = await tempDir()
    const path = join(dir.path, 'two.jsonl')
    await writeFile(path, '{"name":"good","prompt":"line 0"}\n{"name":"bad","prompt":"line 1"}\n')
    await using terminal = await openTerminal(daemon, ['submit', '--batch', path, '--follow'])
    await terminal.waitFor('0/2 done')
    const stream = await waitFor(() => feed)
    const tell = (n: number, state: string): void => {
      const data = { cursor: `c${n}`, kind: 'run', subjectId: sampleId(n), data: { state } }
      stream.write(`id: c${n}\nevent: run\ndata: ${JSON.stringify(data)}\n\n`)
    }
    tell(1, 'succeeded')
    expect(await terminal.waitFor('1/2 done')).toContain('━━━')
    tell(2, 'failed')
    const last = await terminal.waitFor('batch ')
    expect(last).toContain(`· bad failed: ${sampleId(2)}`)
    expect(last).toMatch(/ENTRY +RUN +STATE/)
    expect(last).toContain('2/2 done · 1 failed')
    // The bar is gone.
    expect(last).not.toContain('━')
  })
})
