import { randomUUID } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  constants,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attachAgent, listAgents } from '../../src/agent/index.ts'
import { text, type ScriptInput } from '../../src/testing/index.ts'
import { openTestWorld, type TestWorld } from '../support/agents.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { waitForLog } from '../support/log-events.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { realClaudes } from '../support/real-claude.ts'
import { startSupervisor } from '../support/supervisors.ts'

type Scene = AsyncDisposable & { world: TestWorld; dir: string; pid: number }

/** An agent that has answered one prompt and whose supervisor has been killed. */
async function openScene(version: string, script: ScriptInput): Promise<Scene> {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openTestWorld({ version, script }))
  const prompts = [{ text: 'PROMPT-A1', promptId: randomUUID() }]
  await using supervisor = await startSupervisor({ options: world.options, prompts }, world.env)
  await waitForLog(supervisor.report.dir, '"state":"idle"')
  await supervisor.kill()
  const owned = stack.move()
  return { world, ...supervisor.report, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function toLine(content: string, uuid: string): Record<string, unknown> {
  return { type: 'user', message: { role: 'user', content }, uuid, parent_tool_use_id: null }
}

/** What a supervisor notes before it writes. */
function note(dir: string, line: Record<string, unknown>): void {
  const out = statSync(join(dir, 'out.jsonl')).size
  appendFileSync(join(dir, 'in.jsonl'), `${JSON.stringify({ at: Date.now(), out, line })}\n`)
}

function writeInput(dir: string, bytes: string): void {
  const fd = openSync(join(dir, 'in'), constants.O_RDWR | constants.O_NONBLOCK)
  writeSync(fd, bytes)
  closeSync(fd)
}

const large = `PROMPT-A2 ${'long '.repeat(10_000)}`

describe.each(realClaudes)('C1 claude $version', ({ version }) => {
  test('C1 killed before the agent was told its options: it hears them from the next', async () => {
    await using world = await openTestWorld({ version, script: [text('one')] })
    const options = { ...world.options, appendSystemPrompt: 'APPENDED-RULE' }
    const order = { options, prompts: [], isDyingEarly: true }
    await expect(startSupervisor(order, world.env)).rejects.toThrow('ended before it began')
    const [launched] = await listAgents(options.dir)
    await using agent = await attachAgent(launched?.dir ?? '')
    expect(await agent.turn('PROMPT-A1').result).toMatchObject({ outcome: 'ok', text: 'one' })
    expect(lastPrompt(world.model)?.systemText).toContain('APPENDED-RULE')
  })

  test('C1 killed in the middle of telling it large options: it ends, and says so', async () => {
    await using world = await openTestWorld({ version, script: [text('one')] })
    const options = { ...world.options, appendSystemPrompt: 'RULE '.repeat(10_000) }
    const order = { options, prompts: [], isDyingEarly: true }
    await expect(startSupervisor(order, world.env)).rejects.toThrow('ended before it began')
    const [launched] = await listAgents(options.dir)
    const dir = launched?.dir ?? ''
    const { line } = JSON.parse(readFileSync(join(dir, 'in.jsonl'), 'utf8').split('\n')[0] ?? '')
    note(dir, line)
    writeInput(dir, JSON.stringify(line).slice(0, 20_000))
    await using agent = await attachAgent(dir)
    await expect(agent.ready).rejects.toMatchObject({ code: 'spawn_failed' })
    await agent.ended
    expect(() => agent.turn('PROMPT-A1')).toThrow(expect.objectContaining({ code: 'agent_ended' }))
    expect(world.model.prompts).toEqual([])
  })

  test('C1 killed between noting a prompt and writing it: it is written, once', async () => {
    await using scene = await openScene(version, [text('one'), text('two')])
    const promptId = randomUUID()
    note(scene.dir, toLine('PROMPT-A2', promptId))
    await using agent = await attachAgent(scene.dir)
    expect(await agent.lastTurn?.result).toMatchObject({ outcome: 'ok', text: 'two', promptId })
    expect(countInConversation(lastPrompt(scene.world.model), 'PROMPT-A2')).toBe(1)
    expect(scene.world.model.prompts).toHaveLength(2)
  })

  test('C1 killed right after a prompt was written: it is not run twice', async () => {
    await using scene = await openScene(version, [text('one'), text('two'), text('three')])
    const promptId = randomUUID()
    const line = toLine('PROMPT-A2', promptId)
    note(scene.dir, line)
    writeInput(scene.dir, `${JSON.stringify(line)}\n`)
    await using agent = await attachAgent(scene.dir)
    expect(await agent.lastTurn?.result).toMatchObject({ outcome: 'ok', text: 'two', promptId })
    // Had it been run twice, this one would get the wrong reply.
    expect(await agent.turn('PROMPT-A3').result).toMatchObject({ outcome: 'ok', text: 'three' })
    expect(countInConversation(lastPrompt(scene.world.model), 'PROMPT-A2')).toBe(1)
    expect(scene.world.model.prompts).toHaveLength(3)
  })

  test('C1 killed in the middle of a large prompt: lost, and resumed without a gap', async () => {
    await using scene = await openScene(version, [text('one'), text('two')])
    const { world, dir, pid } = scene
    const promptId = randomUUID()
    const line = toLine(large, promptId)
    note(dir, line)
    writeInput(dir, JSON.stringify(line).slice(0, 20_000))

    await using torn = await attachAgent(dir)
    expect(torn.pid).toBe(pid)
    const lost = await torn.lastTurn?.result
    expect(lost).toMatchObject({ outcome: 'lost', error: { code: 'not_writable' }, promptId })
    await torn.ended
    expect(listMarkedProcesses(dir)).toEqual([])
    expect(world.model.prompts).toHaveLength(1)

    await using next = await world.start({
      resume: lost?.sessionId ?? expect.fail('it has no session'),
      resumeInterruptedTurn: true,
    })
    const result = await next.turn(large, { promptId }).result
    expect(result).toMatchObject({ outcome: 'ok', text: 'two', promptId })
    const request = lastPrompt(world.model)
    expect(countInConversation(request, 'PROMPT-A1')).toBe(1)
    expect(countInConversation(request, 'PROMPT-A2')).toBe(1)
  })

  test('C1 killed while noting a prompt: the half note is no prompt', async () => {
    await using scene = await openScene(version, [text('one'), text('two')])
    const journal = join(scene.dir, 'in.jsonl')
    appendFileSync(journal, JSON.stringify({ at: 1, out: 0, line: toLine('NEVER', 'x') }).slice(9))
    await using agent = await attachAgent(scene.dir)
    expect(agent.state).toBe('idle')
    expect(await agent.turn('PROMPT-A2').result).toMatchObject({ outcome: 'ok', text: 'two' })
    expect(lastPrompt(scene.world.model)?.conversation).not.toContain('NEVER')
    // Whoever comes next finds the prompt in the journal all the same.
    await agent.detach()
    expect(await readFile(journal, 'utf8')).toContain('PROMPT-A2')
    await using third = await attachAgent(scene.dir)
    expect(await third.lastTurn?.result).toMatchObject({ outcome: 'ok', text: 'two' })
  })
})
