import { randomUUID } from 'node:crypto'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AgentOptions, TurnResult } from '../../src/agent/index.ts'
import { text } from '../../src/testing/index.ts'
import { openTestWorld, type TestWorld } from '../support/agents.ts'
import { countInConversation, findTranscript, lastPrompt } from '../support/conversation.ts'
import { realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

/** One agent for one prompt; its transcript is complete afterwards. */
async function runOnce(
  world: TestWorld,
  prompt: string,
  options: Partial<AgentOptions> = {},
): Promise<TurnResult> {
  await using agent = await world.start(options)
  return await agent.turn(prompt).result
}

function sessionOf(result: TurnResult): string {
  if (result.sessionId === null) throw new Error('the turn has no session')
  return result.sessionId
}

describe.each(realClaudes)('S2 claude $version', ({ version }) => {
  test('S2 a session id that the CLI does not know', async () => {
    await using world = await openTestWorld({ version })
    const resume = randomUUID()
    await using agent = await world.start({ resume })
    const result = await agent.turn('hello').result
    expect(result).toMatchObject({
      outcome: 'session_not_found',
      error: { code: 'session_not_found', message: expect.stringContaining(resume) },
      costUsd: 0,
    })
    await agent.ended
    expect(world.model.prompts).toEqual([])
  })

  test('S2 a session id that is taken', async () => {
    await using world = await openTestWorld({ version, script: [text('one')] })
    const sessionId = randomUUID()
    expect(await runOnce(world, 'hello', { sessionId })).toMatchObject({ outcome: 'ok', sessionId })
    await using second = await world.start({ sessionId })
    const result = await second.turn('again').result
    expect(result).toMatchObject({
      outcome: 'spawn_failed',
      error: { code: 'session_in_use', cure: expect.stringContaining('resume') },
    })
    expect(world.model.prompts).toHaveLength(1)
  })

  test('S2 a transcript that was cut in the middle of a line', async () => {
    await using world = await openTestWorld({
      version,
      script: [text('first answer'), text('second answer'), text('third answer')],
    })
    const resume = sessionOf(await runOnce(world, 'PROMPT-A1'))
    await runOnce(world, 'PROMPT-A2', { resume })
    const path = findTranscript(world.home, resume)
    const whole = await readFile(path, 'utf8')
    await truncate(path, Buffer.byteLength(whole.slice(0, whole.indexOf('PROMPT-A2') + 3)))
    const result = await runOnce(world, 'PROMPT-A3', { resume })
    expect(result).toMatchObject({ outcome: 'ok', text: 'third answer', sessionId: resume })
    const request = lastPrompt(world.model)
    expect(countInConversation(request, 'PROMPT-A1')).toBe(1)
    expect(countInConversation(request, 'PROMPT-A3')).toBe(1)
  })

  test('S2 an empty transcript', async () => {
    await using world = await openTestWorld({ version, script: [text('one')] })
    const resume = sessionOf(await runOnce(world, 'hello'))
    await truncate(findTranscript(world.home, resume), 0)
    expect(await runOnce(world, 'again', { resume })).toMatchObject({
      outcome: 'session_not_found',
    })
    expect(world.model.prompts).toHaveLength(1)
  })

  test('S2 a home that cannot be written', async () => {
    await using world = await openTestWorld({ version, script: [text('one')] })
    // Below a file nobody can make a folder, root neither.
    const blocked = join(world.home, 'a-file')
    await writeFile(blocked, '')
    const env = { CLAUDE_CONFIG_DIR: join(blocked, 'config') }
    const first = await runOnce(world, 'hello', { env })
    // Either it says so at once, or at the latest when the conversation is to go on.
    if (first.outcome !== 'ok') {
      expect(first).toMatchObject({ outcome: 'spawn_failed', error: { code: 'start_failed' } })
      return
    }
    expect(await runOnce(world, 'again', { env, resume: sessionOf(first) })).toMatchObject({
      outcome: 'session_not_found',
    })
    expect(world.model.prompts).toHaveLength(1)
  })
})

describe.each(realClaudes)('S3 claude $version', ({ version }) => {
  test('S3 a retry of a killed turn goes on in the conversation that it began', async () => {
    await using world = await openTestWorld({
      version,
      script: [text('lost', { hold: 'never' }), text('at last')],
    })
    const sessionId = randomUUID()
    const promptId = randomUUID()
    await using first = await world.start({ sessionId })
    const killed = first.turn('PROMPT', { promptId })
    await world.model.waitForRequest()
    await waitFor(() => readFile(findTranscript(world.home, sessionId), 'utf8'))
    process.kill(-first.pid, 'SIGKILL')
    expect(await killed.result).toMatchObject({ outcome: 'killed', costUsd: null })

    await using second = await world.start({ resume: sessionId, resumeInterruptedTurn: true })
    const result = await second.turn('PROMPT', { promptId }).result
    expect(result).toMatchObject({ outcome: 'ok', text: 'at last', sessionId })
    expect(world.model.prompts).toHaveLength(2)
    expect(countInConversation(lastPrompt(world.model), 'PROMPT')).toBe(1)
  })
})

describe.each(realClaudes)('S5 claude $version', ({ version }) => {
  test('S5 both branches of a fork go on, apart and each paid once', async () => {
    const usage = { inputTokens: 1000, outputTokens: 100 }
    await using world = await openTestWorld({
      version,
      script: { otherwise: text('answer', { usage }) },
    })
    const turns = [await runOnce(world, 'STEM-0')]
    const trunk = sessionOf(turns[0] ?? expect.fail())
    const fork = await runOnce(world, 'BRANCH-1', { resume: trunk, forkSession: true })
    const branch = sessionOf(fork)
    expect(branch).not.toBe(trunk)
    turns.push(fork, await runOnce(world, 'TRUNK-1', { resume: trunk }))
    const trunkRequest = lastPrompt(world.model)
    turns.push(await runOnce(world, 'BRANCH-2', { resume: branch }))
    const branchRequest = lastPrompt(world.model)

    expect(turns.map((one) => one.outcome)).toEqual(['ok', 'ok', 'ok', 'ok'])
    expect(turns.map((one) => one.sessionId)).toEqual([trunk, branch, trunk, branch])
    for (const mark of ['STEM-0', 'TRUNK-1']) {
      expect(countInConversation(trunkRequest, mark)).toBe(1)
    }
    expect(countInConversation(trunkRequest, 'BRANCH')).toBe(0)
    for (const mark of ['STEM-0', 'BRANCH-1', 'BRANCH-2']) {
      expect(countInConversation(branchRequest, mark)).toBe(1)
    }
    expect(countInConversation(branchRequest, 'TRUNK')).toBe(0)

    // Each turn used the same tokens: each costs the same, whatever the sessions have cost before.
    const [cost] = turns.map((one) => one.costUsd)
    expect(cost).toBeGreaterThan(0)
    expect(turns.map((one) => one.costUsd)).toEqual([cost, cost, cost, cost])
    for (const { usage: used } of turns) {
      expect(used).toMatchObject({ inputTokens: 1000, outputTokens: 100 })
    }
  })
})

describe.each(realClaudes)('S6 claude $version', ({ version }) => {
  test('S6 a changed appendSystemPrompt takes effect on the next turn of the session', async () => {
    await using world = await openTestWorld({ version, script: { otherwise: text('answer') } })
    const first = await runOnce(world, 'one', { appendSystemPrompt: 'ALPHA-RULE' })
    expect(lastPrompt(world.model)?.systemText).toContain('ALPHA-RULE')
    await runOnce(world, 'two', { resume: sessionOf(first), appendSystemPrompt: 'BETA-RULE' })
    const second = lastPrompt(world.model)?.systemText
    expect(second).toContain('BETA-RULE')
    expect(second).not.toContain('ALPHA-RULE')
    await runOnce(world, 'three', { resume: sessionOf(first) })
    const third = lastPrompt(world.model)?.systemText
    expect(third).not.toContain('-RULE')
    expect(countInConversation(lastPrompt(world.model), 'one')).toBeGreaterThan(0)
  })
})
