import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { beginStream, type Seen, sendJson } from '../client/scripted-server.ts'
import { type DaemonCli, openDaemonCli } from '../cli/daemon-cli.ts'
import { mainFile } from '../support/mcp-clients.ts'
import { sampleId, sampleRun, sampleSession } from '../support/service-samples.ts'
import { waitFor } from '../support/wait-for.ts'

const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
}

function lines(...messages: object[]): string {
  return messages.map((one) => `${JSON.stringify(one)}\n`).join('')
}

/** `hostler mcp` with a stdin that stays open. */
function startMcp({ env }: DaemonCli): {
  child: ChildProcessWithoutNullStreams
  said: { stdout: string; stderr: string }
  ended: Promise<number | null>
} {
  const child = spawn(process.execPath, ['--no-warnings', mainFile, 'mcp'], { env })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  return { child, said, ended: once(child, 'close').then(([code]) => code) }
}

test('nothing but the protocol is on stdout, and it ends with stdin', async () => {
  const whoami = { actor: 'local', scopes: ['admin'] }
  await using daemon = await openDaemonCli({ 'GET /v1/whoami': whoami })
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  // A client that only looks, and is gone before it is answered.
  expect(await daemon.run(['mcp'])).toMatchObject({ code: 0, stdout: '', stderr: '' })

  const { child, said, ended } = startMcp(daemon)
  child.stdin.write(`no JSON\n{"jsonrpc":1}\n${lines(initialize, call)}`)
  await waitFor(() => said.stdout.split('\n').length === 3)
  child.stdin.end()
  expect(await ended).toBe(0)
  const answers: unknown[] = said.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(answers).toMatchObject([
    { id: 0, result: { protocolVersion: '2025-11-25', serverInfo: { name: 'hostler' } } },
    { id: 1, result: { tools: expect.any(Array) } },
  ])
  expect(said.stderr).toMatch(/^hostler: /)
})

test('a token that is not taken is told to whoever looks at stderr', async () => {
  await using daemon = await openDaemonCli({
    'GET /v1/whoami': (_: Seen, response: ServerResponse) =>
      sendJson(
        response,
        { code: 'unauthorized', detail: 'the token is unknown', cure: 'make one', params: {} },
        401,
      ),
  })
  const { code, stdout, stderr } = await daemon.run(['mcp'])
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^hostler: the token is unknown; name a token by --token-file/)
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends it, in the middle of a call too',
  async (signal) => {
    const run = sampleRun({ id: sampleId(2), state: 'running' })
    await using daemon = await openDaemonCli({
      'GET /v1/whoami': { actor: 'local', scopes: ['admin'] },
      [`GET /v1/runs/${run.id}`]: run,
      'GET /v1/sessions/*': sampleSession(),
      'GET /v1/sessions/*/events': (_: Seen, response: ServerResponse) => beginStream(response),
      'GET /v1/requests': { items: [], next: null },
    })
    const { child, ended } = startMcp(daemon)
    const params = { name: 'wait_for_run', arguments: { id: run.id } }
    child.stdin.write(lines(initialize, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }))
    await waitFor(() => daemon.server.seen.some(({ path }) => path.endsWith('/events')))
    child.kill(signal)
    expect(await ended).toBe(signal === 'SIGTERM' ? 143 : 130)
  },
)
