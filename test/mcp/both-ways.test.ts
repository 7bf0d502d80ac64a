import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { type DaemonWorld, openDaemonWorld } from '../support/daemon-world.ts'
import type { TestDaemon } from '../support/daemon.ts'
import { at, connectMcp, textAt } from '../support/mcp-clients.ts'
import { waitFor } from '../support/wait-for.ts'

const script = [
  text('held', { repeat: true, hold: 'held', when: { lastUserText: 'hold' } }),
  tool(
    'Bash',
    { command: 'touch asked' },
    { repeat: true, when: { lastUserText: 'ask', hasToolResult: false } },
  ),
  tool(
    'AskUserQuestion',
    {
      questions: [
        {
          question: 'Which one?',
          header: 'One',
          multiSelect: false,
          options: [
            { label: 'Oats', description: '' },
            { label: 'Hay', description: '' },
          ],
        },
      ],
    },
    { repeat: true, when: { lastUserText: 'which', hasToolResult: false } },
  ),
  text('reply', { repeat: true }),
]

describe.each(['stdio', 'HTTP'] as const)('MCP over %s', (way) => {
  let world: DaemonWorld
  let daemon: TestDaemon
  beforeAll(async () => {
    world = await openDaemonWorld({ script, profile: { shareWorkspace: true } })
    daemon = await world.start()
  })
  afterAll(() => world[Symbol.asyncDispose]())

  test('tools, what they take, and what they do to the world, are told', async () => {
    await using mcp = await connectMcp(way, daemon)
    expect(mcp.client.getServerVersion()).toMatchObject({ name: 'hostler' })
    expect(mcp.client.getInstructions()).toContain('submit_run')
    const { tools } = await mcp.client.listTools()
    expect(tools.map(({ name }) => name).join(' ')).toBe(
      'submit_run get_run wait_for_run list_runs cancel_run retry_run list_sessions get_session fork_session read_events list_requests answer_request list_schedules costs status',
    )
    const submit = tools.find(({ name }) => name === 'submit_run')
    expect(submit).toMatchObject({
      annotations: { readOnlyHint: false },
      inputSchema: {
        type: 'object',
        required: ['prompt'],
        additionalProperties: false,
        properties: {
          priority: { type: 'integer', description: '-100 to 100, higher first. Default 0.' },
        },
      },
    })
    const changing = tools.filter(({ annotations }) => annotations?.readOnlyHint !== true)
    expect(changing.map(({ name }) => name).join(' ')).toBe(
      'submit_run cancel_run retry_run fork_session answer_request',
    )
    // Every model that has hostler as a tool reads all of this in each conversation.
    expect(JSON.stringify(tools).length).toBeLessThan(20_000)
  })

  test('a run is submitted, waited for with news of it, read, forked and run again', async () => {
    await using mcp = await connectMcp(way, daemon)
    const submitted = await mcp.call('submit_run', { key: `${way}-a`, prompt: 'hello' })
    expect(submitted.value).toMatchObject({ run: { state: 'queued', prompt: 'hello' } })
    expect(JSON.parse(submitted.text)).toEqual(submitted.value)
    const id = textAt(submitted, 'run', 'id')
    const news: string[] = []
    const ended = await mcp.call('wait_for_run', { id }, { onProgress: (one) => news.push(one) })
    expect(ended.value).toMatchObject({
      run: { id, state: 'succeeded', outcome: 'ok', text: 'reply' },
      openRequests: [],
    })
    expect(news.at(-1)).toBe('try 1 ended: ok')
    const session = textAt(ended, 'run', 'sessionId')
    const first = await mcp.call('read_events', { id: session, limit: 2 })
    expect(first.value).toMatchObject({
      events: [
        { seq: 1, type: 'session_created' },
        { seq: 2, type: 'run_queued' },
      ],
      next: 2,
    })
    const rest = await mcp.call('read_events', { id: `key:${way}-a`, after: 2 })
    expect(at(rest, 'events', '0', 'seq')).toBe(3)
    const again = await mcp.call('retry_run', { id })
    expect(again.value).toMatchObject({ run: { retryOf: id } })
    const fork = await mcp.call('fork_session', { id: session, key: `${way}-fork` })
    expect(fork.value).toMatchObject({ session: { key: `${way}-fork`, parentId: session } })
    const runs = await mcp.call('list_runs', { sessionId: session, limit: 1 })
    expect(runs.value).toMatchObject({ items: [{ id: textAt(again, 'run', 'id') }] })
    const older = await mcp.call('list_runs', {
      sessionId: session,
      limit: 1,
      cursor: textAt(runs, 'next'),
    })
    expect(older.value).toMatchObject({ items: [{ id, text: 'reply' }] })
    const sessions = await mcp.call('list_sessions', { search: `${way}-fork` })
    expect(sessions.value).toMatchObject({ items: [{ key: `${way}-fork` }] })
    expect((await mcp.call('status')).value).toMatchObject({ accepting: true })
    expect((await mcp.call('list_schedules')).value).toMatchObject({ items: [] })
    const costs = await mcp.call('costs', { by: ['session'], sessionId: session })
    expect(costs.value).toMatchObject({ by: ['session'], total: { costUsd: expect.any(Number) } })
  })

  test('a wait comes back when something is asked; the answer lets the run go on', async () => {
    await using mcp = await connectMcp(way, daemon)
    const submitted = await mcp.call('submit_run', { key: `${way}-ask`, prompt: 'ask' })
    const id = textAt(submitted, 'run', 'id')
    const asked = await mcp.call('wait_for_run', { id })
    expect(asked.value).toMatchObject({
      openRequests: [{ kind: 'permission', request: { toolName: 'Bash' } }],
    })
    const request = textAt(asked, 'openRequests', '0', 'id')
    expect((await mcp.call('list_requests', { runId: id })).value).toMatchObject({
      items: [{ id: request }],
    })
    const odd = await mcp.call('answer_request', { id: request, decision: 'allow', answers: {} })
    expect(odd).toMatchObject({
      isError: true,
      value: { error: { code: 'invalid_input', params: { field: 'answers' } } },
    })
    const answered = await mcp.call('answer_request', { id: request, decision: 'allow' })
    expect(answered.value).toMatchObject({ request: { state: 'answered', answeredBy: 'local' } })
    const twice = await mcp.call('answer_request', { id: request, decision: 'deny' })
    expect(twice).toMatchObject({ isError: true, value: { error: { code: 'request_not_open' } } })
    const ended = await mcp.call('wait_for_run', { id })
    expect(ended.value).toMatchObject({ run: { state: 'succeeded', text: 'reply' } })
  })

  test('a question is answered by its words', async () => {
    await using mcp = await connectMcp(way, daemon)
    const submitted = await mcp.call('submit_run', { key: `${way}-q`, prompt: 'which' })
    const id = textAt(submitted, 'run', 'id')
    const asked = await mcp.call('wait_for_run', { id })
    const request = textAt(asked, 'openRequests', '0', 'id')
    const none = await mcp.call('answer_request', { id: request, decision: 'allow' })
    expect(none).toMatchObject({ isError: true, value: { error: { code: 'invalid_input' } } })
    await mcp.call('answer_request', {
      id: request,
      decision: 'allow',
      answers: { 'Which one?': 'Oats' },
    })
    const ended = await mcp.call('wait_for_run', { id })
    expect(ended.value).toMatchObject({ run: { state: 'succeeded' } })
    const told = world.model.requests.some(({ body }) => JSON.stringify(body).includes('=\\"Oats'))
    expect(told).toBe(true)
  })

  test('a wait ends when its time is over, or when it is cancelled; the run goes on', async () => {
    await using mcp = await connectMcp(way, daemon)
    const submitted = await mcp.call('submit_run', { key: `${way}-held`, prompt: 'hold' })
    const id = textAt(submitted, 'run', 'id')
    const early = await mcp.call('wait_for_run', { id, timeoutSeconds: 1 })
    expect(at(early, 'run', 'endedAt')).toBeNull()

    const cancelling = new AbortController()
    const news: string[] = []
    const waiting = mcp.call(
      'wait_for_run',
      { id, timeoutSeconds: 3600 },
      { signal: cancelling.signal, onProgress: (one) => news.push(one) },
    )
    await waitFor(() => news.length > 0)
    cancelling.abort()
    await expect(waiting).rejects.toThrow('abort')
    expect((await mcp.call('get_run', { id })).value).toMatchObject({ run: { endedAt: null } })

    const cancelled = await mcp.call('cancel_run', { id })
    expect(cancelled.isError).toBe(false)
    const ended = await mcp.call('wait_for_run', { id })
    expect(ended.value).toMatchObject({ run: { state: 'cancelled' } })
  })

  test('errors have a code and a cure', async () => {
    await using mcp = await connectMcp(way, daemon)
    const misspelt = await mcp.call('submit_run', { key: 'k', promt: 'hi' })
    expect(misspelt).toMatchObject({
      isError: true,
      value: { error: { code: 'invalid_input', cure: 'did you mean "prompt"?' } },
    })
    expect(misspelt.text).toContain('did you mean "prompt"?')
    const empty = await mcp.call('submit_run', { key: 'k', prompt: '' })
    expect(empty.value).toMatchObject({ error: { code: 'invalid_prompt' } })
    const nowhere = await mcp.call('get_run', { id: 'none' })
    expect(nowhere.value).toMatchObject({ error: { code: 'not_found', params: { id: 'none' } } })
    const wait = await mcp.call('wait_for_run', { id: 'none' })
    expect(wait.value).toMatchObject({ error: { code: 'not_found' } })
    const unknown = await mcp.call('submit_runs', {})
    expect(unknown.value).toMatchObject({
      error: { code: 'not_found', cure: 'did you mean "submit_run"?' },
    })
  })

  test('a prompt of a megabyte arrives whole, and does not come back', async () => {
    await using mcp = await connectMcp(way, daemon)
    const prompt = `${'0123456789abcdef'.repeat(65_536)}ü`
    const submitted = await mcp.call('submit_run', {
      key: `${way}-big`,
      prompt,
      delayMs: 3_600_000,
    })
    const id = textAt(submitted, 'run', 'id')
    expect(submitted.text.length).toBeLessThan(10_000)
    expect((await daemon.hostler.runs.get(id)).prompt).toBe(prompt)
    await mcp.call('cancel_run', { id })
  })

  test('a run and a session’s events can be read by their addresses', async () => {
    await using mcp = await connectMcp(way, daemon)
    const submitted = await mcp.call('submit_run', { key: `${way}/r`, prompt: 'hello' })
    const id = textAt(submitted, 'run', 'id')
    const { resourceTemplates } = await mcp.client.listResourceTemplates()
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'hostler://runs/{id}',
      'hostler://sessions/{id}/events',
    ])
    const run = await mcp.client.readResource({ uri: `hostler://runs/${id}` })
    expect(run.contents).toMatchObject([{ text: expect.stringContaining(id) }])
    const key = encodeURIComponent(`key:${way}/r`)
    const events = await mcp.client.readResource({ uri: `hostler://sessions/${key}/events` })
    expect(events.contents).toMatchObject([{ text: expect.stringContaining('run_queued') }])
    const odd = mcp.client.readResource({ uri: 'hostler://horses/1' })
    await expect(odd).rejects.toThrow('not_found: no resource "hostler://horses/1"')
  })
})
