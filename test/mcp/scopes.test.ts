import { expect, test } from 'vitest'
import { connectHostler } from '../../src/client/index.ts'
import type { Scope } from '../../src/client/index.ts'
import { openDaemonWorld } from '../support/daemon-world.ts'
import { connectMcp } from '../support/mcp-clients.ts'

const reading = ['get_run', 'wait_for_run', 'list_runs', 'list_sessions', 'get_session']
const running = ['submit_run', 'cancel_run', 'retry_run', 'fork_session']

const lists: { scopes: Scope[]; tools: string[] }[] = [
  {
    scopes: ['read'],
    tools: [...reading, 'read_events', 'list_requests', 'list_schedules', 'costs', 'status'],
  },
  { scopes: ['run'], tools: running },
  { scopes: ['answer'], tools: ['list_requests', 'answer_request'] },
]

test('tools beyond the token’s scopes are neither listed nor let through, over both ways', async () => {
  await using world = await openDaemonWorld({ scenario: {} })
  const { url, hostler: open } = await world.start()
  const { token } = await open.tokens.create({ label: 'admin', scopes: ['admin'] })
  await using hostler = connectHostler({ url, token })
  const { id } = await hostler.runs.submit({ key: 'k', prompt: 'hi', delayMs: 3_600_000 })
  for (const { scopes, tools } of lists) {
    const made = await hostler.tokens.create({ label: scopes.join(), scopes })
    for (const way of ['stdio', 'HTTP'] as const) {
      await using mcp = await connectMcp(way, { url, token: made.token })
      const listed = (await mcp.client.listTools()).tools.map(({ name }) => name)
      expect([way, listed.toSorted()]).toEqual([way, tools.toSorted()])
      const hidden = scopes.includes('run') ? 'get_run' : 'cancel_run'
      const refused = await mcp.call(hidden, { id })
      expect(refused).toMatchObject({ isError: true, value: { error: { code: 'forbidden' } } })
      expect(refused.text).toContain('hostler token create --scopes')
      const { resourceTemplates } = await mcp.client.listResourceTemplates()
      const mayRead = scopes.includes('read')
      expect(resourceTemplates).toHaveLength(mayRead ? 2 : 0)
      const read = mcp.client.readResource({ uri: `hostler://runs/${id}` })
      if (mayRead) expect(await read).toMatchObject({ contents: [{}] })
      else await expect(read).rejects.toThrow('forbidden')
    }
  }
  expect((await hostler.runs.get(id)).state).toBe('queued')
  await hostler.runs.cancel(id)
})

test('who submits through it is written down', async () => {
  await using world = await openDaemonWorld({ scenario: {} })
  const { url, hostler: open } = await world.start()
  const { token } = await open.tokens.create({ label: 'editor', scopes: ['run', 'read'] })
  for (const way of ['stdio', 'HTTP'] as const) {
    await using mcp = await connectMcp(way, { url, token })
    const run = await mcp.call('submit_run', { key: way, prompt: 'hi', delayMs: 3_600_000 })
    expect(run.value).toMatchObject({ run: { submittedBy: 'token:editor' } })
  }
})
