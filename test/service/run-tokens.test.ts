import { readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { apiEndpoints } from '../../src/http/endpoints/all.ts'
import { connectHostler } from '../../src/client/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { type DaemonWorld, openDaemonWorld } from '../support/daemon-world.ts'
import { realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

// Its variables, and then it waits until it may go on.
const tellAndWait = {
  command:
    'echo "$HOSTLER_URL $HOSTLER_TOKEN $HOSTLER_RUN_ID" > vars.new && mv vars.new vars; while [ ! -e go ]; do sleep 0.1; done',
}

async function variablesOf(
  world: DaemonWorld,
): Promise<{ url: string; token: string; runId: string }> {
  const path = join(world.workspace, 'vars')
  await waitFor(() => existsSync(path), { what: 'the command runs' })
  const [url = '', token = '', runId = ''] = (await readFile(path, 'utf8')).trim().split(' ')
  return { url, token, runId }
}

type Answer = { status: number; body: Record<string, unknown> }

function askAs({ url, token }: { url: string; token: string }) {
  return async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const read = await response.text()
    return { status: response.status, body: read === '' ? {} : JSON.parse(read) }
  }
}

test.each(realClaudes.map(({ version }) => version))(
  '%s: a script of a run has a token that lets it do only this, and only while the run is open',
  async (version) => {
    await using world = await openDaemonWorld({
      version,
      profile: { runToken: true, allowedTools: ['Bash'] },
      configuration: { log: { level: 'debug' } },
      script: [
        tool('Bash', tellAndWait),
        text('a task', { when: { lastUserText: 'CHILD' }, repeat: true }),
        text('done'),
      ],
    })
    const daemon = await world.start()
    const { hostler } = daemon
    const run = await hostler.runs.submit({ key: 'k', prompt: 'go' })
    const variables = await variablesOf(world)
    expect(variables).toMatchObject({ url: daemon.url, runId: run.id })
    const ask = askAs(variables)
    expect(await ask('GET', '/v1/agent')).toMatchObject({
      status: 200,
      body: { runId: run.id, sessionId: run.sessionId, depth: 0, tasks: [] },
    })
    expect(await ask('POST', '/v1/agent/progress', { text: 'half', percent: 50 })).toMatchObject({
      status: 204,
    })
    expect(await ask('POST', '/v1/agent/title', { title: 'Stables' })).toMatchObject({
      status: 204,
    })
    expect(await hostler.runs.get(run.id)).toMatchObject({ progress: { text: 'half' } })
    expect(await hostler.sessions.get(run.sessionId)).toMatchObject({ title: 'Stables' })

    const asked = await ask('POST', '/v1/agent/ask', { text: 'Which horse?' })
    expect(asked).toMatchObject({ status: 200, body: { state: 'open', answer: null } })
    const id = String(asked.body['id'])
    await waitFor(async () => (await hostler.runs.get(run.id)).waiting?.on === 'human')
    const waiting = ask('GET', `/v1/agent/requests/${id}?wait=20`)
    await hostler.requests.answer(id, {
      behavior: 'allow',
      updatedInput: { answers: { 'Which horse?': 'Bess' } },
    })
    expect(await waiting).toMatchObject({ body: { state: 'answered', answer: 'Bess' } })

    const made = await ask('POST', '/v1/agent/tasks', { title: 'Oats', prompt: 'CHILD' })
    expect(made).toMatchObject({ status: 201, body: { title: 'Oats', state: 'queued' } })

    // It is nobody's right hand.
    for (const { method, path, access } of apiEndpoints) {
      if (typeof access === 'string') continue
      const { status } = await ask(method, path.replace('{id}', id))
      expect([method, path, status]).toEqual([method, path, 403])
    }
    expect(await ask('POST', '/mcp', {})).toMatchObject({ status: 403 })
    expect(await hostler.tokens.list()).toEqual([])
    await expect(connectHostler({ url: daemon.url }).runs.get(run.id)).resolves.toMatchObject({
      id: run.id,
    })

    await writeFile(join(world.workspace, 'go'), '')
    const done = await hostler.runs.wait(run.id, { timeoutMs: 20_000 })
    expect(done, daemon.log()).toMatchObject({ outcome: 'ok', text: 'done' })
    await waitFor(async () => (await ask('GET', '/v1/agent')).status === 401)

    // W7: nowhere but in the file of the agent's variables, which only its owner reads.
    const told: unknown[] = []
    for await (const event of hostler.sessions.events(run.sessionId, { until: 'now' })) {
      told.push(event)
    }
    expect(JSON.stringify([told, (await hostler.audit()).items])).not.toContain(variables.token)
    expect(daemon.log()).not.toContain(variables.token)
  },
)

test('a script goes on with its token after hostler was killed, and a new one has the new address', async () => {
  await using world = await openDaemonWorld({
    profile: { runToken: true, allowedTools: ['Bash'] },
    script: [
      tool('Bash', tellAndWait),
      tool('Bash', { command: 'echo "$HOSTLER_URL" > url' }),
      text('done'),
    ],
  })
  const first = await world.start()
  const run = await first.hostler.runs.submit({ key: 'k', prompt: 'go' })
  const variables = await variablesOf(world)
  await first.end('SIGKILL')
  const second = await world.start()
  await waitFor(async () => (await second.hostler.runs.get(run.id)).state === 'running')
  const ask = askAs({ ...variables, url: second.url })
  expect(await ask('GET', '/v1/agent')).toMatchObject({ status: 200, body: { runId: run.id } })
  await waitFor(async () => (await second.hostler.sessions.get(run.sessionId)).workerId !== null)
  await writeFile(join(world.workspace, 'go'), '')
  const done = await second.hostler.runs.wait(run.id, { timeoutMs: 20_000 })
  expect(done, second.log()).toMatchObject({ outcome: 'ok', attempts: [{ outcome: 'ok' }] })
  expect((await readFile(join(world.workspace, 'url'), 'utf8')).trim()).toBe(second.url)
})

const askOverHttp = `
  const { HOSTLER_URL, HOSTLER_TOKEN } = process.env
  const heard = await fetch(HOSTLER_URL + '/v1/agent/ask?wait=60', {
    method: 'POST',
    headers: { authorization: 'Bearer ' + HOSTLER_TOKEN, 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'Which?' }),
  })
  process.getBuiltinModule('fs').writeFileSync('answer', await heard.text())`

test('no limit of time counts while a script waits for a human', async () => {
  await using world = await openDaemonWorld({
    profile: { runToken: true, allowedTools: ['Bash'], timeoutMs: 4_000 },
    script: [tool('Bash', { command: 'node ask.mjs' }), text('done')],
  })
  await writeFile(join(world.workspace, 'ask.mjs'), askOverHttp)
  const { hostler } = await world.start()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'go' })
  const isWaiting = async (): Promise<boolean> =>
    (await hostler.runs.get(run.id)).waiting?.on === 'human'
  await waitFor(isWaiting, { timeoutMs: 30_000 })
  const startedAt = Date.now()
  await waitFor(() => Date.now() - startedAt > 5_000, { timeoutMs: 10_000 })
  expect(await isWaiting()).toBe(true)
  const [request] = (await hostler.requests.list({ runId: run.id })).items
  await hostler.requests.answer(request?.id ?? '', {
    behavior: 'allow',
    updatedInput: { answers: { 'Which?': 'this one' } },
  })
  expect(await hostler.runs.wait(run.id, { timeoutMs: 20_000 })).toMatchObject({ outcome: 'ok' })
  expect(await readFile(join(world.workspace, 'answer'), 'utf8')).toContain('this one')
})
