import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attachAgent, listAgents } from '../../src/agent/index.ts'
import { text } from '../../src/testing/index.ts'
import { collectEvents, openTestWorld } from '../support/agents.ts'
import { collectUntil, isOwn, readLogEvents, toMark, waitForLog } from '../support/log-events.ts'
import { realClaudes } from '../support/real-claude.ts'
import { startSupervisor } from '../support/supervisors.ts'

describe.each(realClaudes)('C1 claude $version', ({ version }) => {
  test('C1 a second supervisor is refused, names the first, and may follow', async () => {
    await using world = await openTestWorld({ version, script: [text('one', { hold: 'reply' })] })
    const prompts = [{ text: 'PROMPT-A1', promptId: randomUUID() }]
    await using first = await startSupervisor({ options: world.options, prompts }, world.env)
    const { dir, pid } = first.report
    await waitForLog(dir, '"state":"running"')

    await expect(attachAgent(dir)).rejects.toMatchObject({
      code: 'agent_supervised',
      message: expect.stringContaining(String(first.pid)),
    })
    expect(await listAgents(world.options.dir)).toMatchObject([
      { dir, pid, state: 'running', supervisedBy: first.pid },
    ])

    // Whoever only follows sees what happens now, and can change nothing.
    await using watcher = await attachAgent(dir, { readOnly: true })
    expect(watcher.currentTurn?.promptId).toBe(prompts[0]?.promptId)
    const live = collectUntil(watcher.events(), (one) => one.type === 'result')
    const supervised = expect.objectContaining({ code: 'agent_supervised' })
    expect(() => watcher.turn('mine')).toThrow(supervised)
    await expect(watcher.interrupt()).rejects.toThrow(supervised)
    await expect(watcher.setModel('other')).rejects.toThrow(supervised)
    world.model.release('reply')
    expect((await live).some((one) => one.type === 'text' && one.text === 'one')).toBe(true)
    expect(await watcher.lastTurn?.result).toMatchObject({ outcome: 'ok', text: 'one' })

    // The claim of a process that has died counts for nothing.
    await first.kill()
    await using second = await attachAgent(dir)
    expect(second).toMatchObject({ pid, state: 'idle' })
    const collected = collectEvents(second)
    const order = { options: world.options, prompts: [], attach: dir }
    await using third = await startSupervisor(order, world.env)
    expect(third.report.error).toBe('agent_supervised')
    await second.stop()
    await collected.done
    const told = collected.events.filter((event) => !isOwn(event)).map(toMark)
    expect(told).toEqual((await readLogEvents(dir)).map(toMark))
  })

  test('C1 a claim with the pid of a process that is not the claimant is taken over', async () => {
    await using world = await openTestWorld({ version, script: [text('one')] })
    await using first = await startSupervisor({ options: world.options, prompts: [] }, world.env)
    const { dir } = first.report
    await first.kill()
    // The pid has gone to somebody else: this very process.
    const path = join(dir, 'supervisor.json')
    const claim: Record<string, unknown> = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify({ ...claim, pid: process.pid }))
    await using agent = await attachAgent(dir)
    expect(await agent.turn('hello').result).toMatchObject({ outcome: 'ok', text: 'one' })
  })
})
