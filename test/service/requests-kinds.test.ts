import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { ModelRequest, Reply } from '../../src/testing/index.ts'
import type { ElicitationResult } from '../../src/agent/index.ts'
import type { Run, StoredRequest } from '../../src/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { lastPrompt, toolNames } from '../support/conversation.ts'
import { waitForEvent } from '../support/daemon-world.ts'
import { realClaudes } from '../support/real-claude.ts'
import { type RunningService, startTestService } from '../support/running-service.ts'

/** Waits until the run asks, with nobody at work on it, and gives what it asks. */
async function asked({ hostler }: RunningService, run: Run): Promise<StoredRequest> {
  await waitForEvent(
    hostler,
    run.sessionId,
    (event) => event.type === 'run_waiting' && event.on === 'human',
  )
  expect(await hostler.runs.get(run.id)).toMatchObject({
    state: 'waiting',
    waiting: { on: 'human' },
  })
  const { items } = await hostler.requests.list({ runId: run.id })
  expect(items).toMatchObject([{ state: 'open' }])
  const [request] = items
  if (request === undefined) throw new Error('nothing was asked')
  return request
}

async function permissionModes(world: RunningService, run: Run): Promise<string[]> {
  return (await world.events(run.sessionId)).flatMap((event) =>
    event.type === 'mode_changed' ? event.permissionMode : [],
  )
}

/** The CLI tells the model where it wants the plan, and shows the human what is there. */
function writePlan({ body }: ModelRequest): Reply {
  const [file = ''] = /\/[^\s"\\]+\/plans\/[\w-]+\.md/.exec(JSON.stringify(body)) ?? []
  return tool('Write', { file_path: file, content: '# THE-PLAN' })
}

describe.each(realClaudes)('claude $version: a plan', ({ version }) => {
  const planning = {
    version,
    profile: { permissionMode: 'plan', settings: { plansDirectory: './the/plans' } },
    script: [writePlan, tool('ExitPlanMode', { plan: '# THE-PLAN' }), text('finished')],
  }

  test('that is approved is carried out; it is answered once, and with an answer to a plan', async () => {
    await using world = await startTestService(planning)
    const { hostler } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'plan it' })
    const request = await asked(world, run)
    expect(request).toMatchObject({ kind: 'plan', request: { kind: 'plan', plan: '# THE-PLAN' } })
    await expect(hostler.requests.answer(request.id, { action: 'accept' })).rejects.toMatchObject({
      code: 'invalid_input',
    })
    const answered = await hostler.requests.answer(request.id, { behavior: 'allow' })
    expect(answered).toMatchObject({ state: 'answered', answeredBy: 'local' })
    expect(await world.ended(run)).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(await permissionModes(world, run)).toContain('default')
    await expect(
      hostler.requests.answer(request.id, { behavior: 'deny', message: 'no' }),
    ).rejects.toMatchObject({ code: 'request_not_open' })
  })

  test('that is refused: the agent reads why, and goes on planning', async () => {
    await using world = await startTestService(planning)
    const { hostler, model } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'plan it' })
    const { id } = await asked(world, run)
    await hostler.requests.answer(id, { behavior: 'deny', message: 'NOT-ON-A-FRIDAY' })
    expect(await world.ended(run)).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(lastPrompt(model)?.toolResultText).toContain('NOT-ON-A-FRIDAY')
    expect(await permissionModes(world, run)).not.toContain('default')
  })
})

const server = fileURLToPath(new URL('../support/asking-mcp-server.ts', import.meta.url))

/**
 * Older CLIs go on without a server that takes its time: then the model waits for it. Newer ones wait
 * by themselves, and name its tools to the model only when it looks for them.
 */
function greet(request: ModelRequest): Reply {
  if (request.toolResultText.includes('"action"')) return text('finished')
  const names = toolNames(request)
  return names.includes('mcp__asking__greet') || names.includes('ToolSearch')
    ? tool('mcp__asking__greet', {})
    : tool('Bash', { command: 'sleep 0.5' })
}

describe.each(realClaudes)('claude $version: an MCP server', ({ version }) => {
  const answers: ElicitationResult[] = [
    { action: 'accept', content: { name: 'A-NAME' } },
    { action: 'decline' },
  ]
  test.each(answers)('asks, and hears $action', async (answer) => {
    await using world = await startTestService({
      version,
      profile: {
        allowedTools: ['Bash', 'mcp__asking__greet'],
        mcpServers: { asking: { command: process.execPath, args: [server] } },
      },
      script: { replies: [], otherwise: greet },
    })
    const { hostler, model } = world
    const run = await hostler.runs.submit({ key: 'k', prompt: 'greet' })
    const request = await asked(world, run)
    expect(request).toMatchObject({
      kind: 'elicitation',
      request: {
        serverName: 'asking',
        message: 'Who are you?',
        requestedSchema: { properties: { name: { type: 'string' } } },
      },
    })
    const wrong = hostler.requests.answer(request.id, { behavior: 'allow' })
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_input' })
    const answered = await hostler.requests.answer(request.id, answer)
    expect(answered).toMatchObject({ state: 'answered', answer })
    expect(await world.ended(run)).toMatchObject({ outcome: 'ok', text: 'finished' })
    const heard = lastPrompt(model)?.toolResultText
    expect(heard).toContain(`"action":"${answer.action}"`)
    if (answer.action === 'accept') expect(heard).toContain('A-NAME')
  })
})
