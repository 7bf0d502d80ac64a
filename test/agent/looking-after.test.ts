import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  attachAgent,
  findAgent,
  listAgents,
  stopAgent,
  sweepAgents,
} from '../../src/agent/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { listMarkedProcesses, listProcesses } from '../support/processes.ts'
import { startSupervisor } from '../support/supervisors.ts'
import { waitFor } from '../support/wait-for.ts'

/** A child that survives every group and session, and tells its pid. */
const leaveChild = 'setsid sleep 345 & echo $! > child; touch started; bash -c "sleep 346; true"'

test('agents are listed with what their folders and processes tell', async () => {
  await using world = await openTestWorld({ script: [text('one')] })
  const { dir } = world.options
  expect(await listAgents(dir)).toEqual([])
  await using ended = await world.start({ model: 'claude-haiku-4-5' })
  const { sessionId } = await ended.turn('go').result
  await ended.stop()
  await using running = await world.start()
  const broken = join(dir, 'agents', 'zz-broken')
  await mkdir(broken)
  await writeFile(join(broken, 'agent.json'), '{"half": ')
  expect(await listAgents(dir)).toMatchObject([
    {
      id: ended.id,
      dir: ended.dir,
      state: 'ended',
      pid: ended.pid,
      supervisedBy: null,
      sessionId,
      cwd: world.workspace,
      model: 'claude-haiku-4-5',
      claudeVersion: ended.claudeVersion,
      exit: { code: 0, signal: null },
    },
    { id: running.id, state: 'running', supervisedBy: process.pid, exit: null },
    { id: 'zz-broken', state: 'broken', problem: expect.stringContaining('agent.json') },
  ])
  await expect(attachAgent(broken)).rejects.toMatchObject({ code: 'agent_folder_broken' })

  expect(await findAgent(dir, ended.id)).toMatchObject({ id: ended.id })
  expect(await findAgent(dir, 'zz-b')).toMatchObject({ id: 'zz-broken' })
  const missing = { code: 'agent_not_found' }
  // Too short, nobody's, and everybody's: ids begin with the time.
  for (const id of ['zz-', 'nosuch', ended.id.slice(0, 6)]) {
    await expect(findAgent(dir, id)).rejects.toMatchObject(missing)
  }
  await expect(stopAgent(dir, 'nosuch')).rejects.toMatchObject(missing)
})

test('an agent is stopped from outside, with all that it has started', async () => {
  await using world = await openTestWorld({
    script: [tool('Bash', { command: leaveChild, description: 'leave' })],
  })
  await using agent = await world.start({ allowedTools: ['Bash'] })
  const turn = agent.turn('go')
  await waitFor(() => existsSync(join(world.workspace, 'started')))
  const report = await stopAgent(world.options.dir, agent.id)
  expect(report.survivors).toEqual([])
  // Its supervisor sees it end, and is not left waiting.
  expect(await turn.result).toMatchObject({ outcome: 'killed', exit: { signal: 'SIGTERM' } })
  await agent.ended
  expect(listMarkedProcesses(world.workspace)).toEqual([])
  expect(await stopAgent(world.options.dir, agent.id)).toMatchObject({ how: 'was_over', swept: [] })
})

test('what an unclean end has left is swept, and the living are left alone', async () => {
  await using world = await openTestWorld({
    script: [tool('Bash', { command: leaveChild, description: 'leave' })],
  })
  const { dir } = world.options
  await using alive = await world.start()
  await alive.ready
  expect(await sweepAgents(dir)).toEqual({ agents: [], swept: [], survivors: [] })
  const order = {
    options: { ...world.options, allowedTools: ['Bash'] },
    prompts: [{ text: 'go', promptId: crypto.randomUUID() }],
  }
  await using supervisor = await startSupervisor(order, world.env)
  await waitFor(() => existsSync(join(world.workspace, 'started')), { timeoutMs: 20_000 })
  await supervisor.kill()
  const lost = await findAgent(dir, supervisor.report.dir.split('/').at(-1) ?? '')
  expect(lost).toMatchObject({ state: 'running', supervisedBy: null })
  process.kill(-supervisor.report.pid, 'SIGKILL')
  await waitFor(async () => (await findAgent(dir, lost.id)).state === 'lost')

  const child = Number(await readFile(join(world.workspace, 'child'), 'utf8'))
  expect(listProcesses().some((one) => one.pid === child)).toBe(true)
  const report = await sweepAgents(dir)
  expect(report).toMatchObject({ agents: [lost.id], survivors: [] })
  expect(report.swept).toContainEqual({ pid: child, command: 'sleep 345' })
  expect(listProcesses().some((one) => one.pid === child)).toBe(false)
  expect(await sweepAgents(dir)).toMatchObject({ swept: [], survivors: [] })
  expect(await findAgent(dir, alive.id)).toMatchObject({ state: 'running' })
  expect(alive.state).toBe('idle')
})
