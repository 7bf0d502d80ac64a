import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { attachAgent, listAgents, sweepAgents, type Agent } from '../../src/agent/index.ts'
import { text } from '../../src/testing/index.ts'
import { collectEvents, openTestWorld, type TestWorld } from '../support/agents.ts'
import { isOwn, readLogEvents, toMark } from '../support/log-events.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { realClaudes } from '../support/real-claude.ts'
import { startSupervisor } from '../support/supervisors.ts'

const kills = 9
/** By then a turn is over. */
const longestMs = 900

/** Starts an agent with a prompt in another process, which is killed after so long. */
async function killAfter(
  world: TestWorld,
  diesAfterMs: number,
  sent: { text: string; promptId: string },
): Promise<void> {
  const order = { options: world.options, prompts: [sent], diesAfterMs }
  await using supervisor = await startSupervisor(order, world.env).catch(() => null)
  await supervisor?.exited
}

/** The agent, taken over, if it came so far as to be one. */
async function takeOver(world: TestWorld): Promise<Agent | null> {
  const newest = (await listAgents(world.options.dir)).at(-1)
  if (newest === undefined || newest.state !== 'running') return null
  return await attachAgent(newest.dir)
}

describe.each(realClaudes)('C1 claude $version', ({ version }) => {
  test(
    `C1 killed at ${kills} moments of an agent’s life: every prompt is answered once`,
    { timeout: 120_000 },
    async () => {
      const reply = 'word '.repeat(60)
      await using world = await openTestWorld({
        version,
        script: { otherwise: text(reply, { pace: { chunkChars: 20, delayMs: 10 } }) },
      })
      const reached: string[] = []
      for (let kill = 0; kill < kills; kill++) {
        const at = `killed at moment ${kill}`
        const sent = { text: `PROMPT-${kill}-END`, promptId: randomUUID() }
        await killAfter(world, (longestMs * kill) / kills, sent)
        const taken = await takeOver(world)
        if (taken === null) {
          reached.push('nothing')
          continue
        }
        await using agent = taken
        const collected = collectEvents(agent)
        const adopted = agent.lastTurn
        reached.push(adopted === null ? 'agent' : agent.state)
        // Not noted is not accepted: then it is the caller's to send it again.
        const turn = adopted ?? agent.turn(sent.text, { promptId: sent.promptId })
        expect(await turn.result, at).toMatchObject({
          outcome: 'ok',
          text: reply,
          promptId: sent.promptId,
        })
        expect(await agent.stop(), at).toMatchObject({ survivors: [] })
        await collected.done
        const told = collected.events.filter((event) => !isOwn(event)).map(toMark)
        expect(told, at).toEqual((await readLogEvents(agent.dir)).map(toMark))
        const asked = world.model.prompts.filter((one) => one.lastUserText === sent.text)
        expect(asked, at).toHaveLength(1)
      }
      // The moments were spread over the whole of it.
      expect(new Set(reached).size, reached.join(' ')).toBeGreaterThan(1)
      expect(await sweepAgents(world.options.dir)).toMatchObject({ survivors: [] })
      expect(listMarkedProcesses(world.options.dir)).toEqual([])
    },
  )
})
