import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { text } from '../../src/testing/index.ts'
import { openDaemonWorld } from '../support/daemon-world.ts'
import { connectMcp, textAt } from '../support/mcp-clients.ts'
import { waitFor } from '../support/wait-for.ts'

const script = [text('held', { hold: 'held' }), text('reply', { repeat: true })]

test('hostler mcp waits on over a daemon that is killed and started anew', async () => {
  await using world = await openDaemonWorld({ script })
  const first = await world.start()
  const port = Number(new URL(first.url).port)
  await using mcp = await connectMcp('stdio', first)
  const id = textAt(await mcp.call('submit_run', { key: 'k', prompt: 'hi' }), 'run', 'id')
  const news: string[] = []
  const waiting = mcp.call(
    'wait_for_run',
    { id, timeoutSeconds: 50 },
    { onProgress: (one) => news.push(one) },
  )
  waiting.catch(() => undefined)
  await waitFor(() => news.length > 0 && world.model.requests.length > 0)
  await first.end('SIGKILL')
  const away = await mcp.call('get_run', { id })
  expect(away).toMatchObject({ isError: true, value: { error: { code: 'server_unreachable' } } })
  expect(away.text).toContain('start hostler serve there')
  await world.start({ port })
  world.model.release('held')
  expect((await waiting).value).toMatchObject({ run: { state: 'succeeded', text: 'held' } })
  expect((await mcp.call('get_run', { id })).isError).toBe(false)
})

test('a client over HTTP goes on after a restart without connecting anew', async () => {
  await using world = await openDaemonWorld({ script: [text('reply', { repeat: true })] })
  const first = await world.start()
  const port = Number(new URL(first.url).port)
  await using mcp = await connectMcp('HTTP', first)
  const id = textAt(await mcp.call('submit_run', { key: 'k', prompt: 'hi' }), 'run', 'id')
  await mcp.call('wait_for_run', { id })
  await first.end('SIGTERM')
  await expect(mcp.call('get_run', { id })).rejects.toThrow('fetch failed')
  await world.start({ port })
  expect((await mcp.call('get_run', { id })).value).toMatchObject({ run: { text: 'reply' } })
})

test('hostler mcp may be there before the daemon', async () => {
  await using world = await openDaemonWorld({ scenario: {} })
  const port = await freePort()
  await using mcp = await connectMcp('stdio', { url: `http://127.0.0.1:${port}` })
  expect((await mcp.client.listTools()).tools).toHaveLength(15)
  const away = await mcp.call('submit_run', { key: 'k', prompt: 'hi' })
  expect(away).toMatchObject({ isError: true, value: { error: { code: 'server_unreachable' } } })
  await world.start({ port })
  expect((await mcp.call('status')).value).toMatchObject({ accepting: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
