import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { attachAgent, type CanUseTool } from '../../src/agent/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { findTranscript } from '../support/conversation.ts'
import { realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

/** Answers nothing. */
const canUseTool: CanUseTool = async (_toolName, _input, { signal }) => await untilAborted(signal)

async function untilAborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

test.each(realClaudes.map(({ version }) => version))(
  '%s: what a turn that it took up by itself has asked is of that turn, though its supervisor left before the prompt',
  async (version) => {
    await using world = await openTestWorld({
      version,
      script: [
        text('first answer'),
        text('x'.repeat(4000), { pace: { chunkChars: 4, delayMs: 20 } }),
        tool('Bash', { command: 'touch here' }),
        text('done'),
      ],
    })
    const agent = await world.start()
    await agent.turn('first').result
    const promptId = randomUUID()
    const cut = agent.turn('second', { promptId })
    for await (const { type } of cut) if (type === 'text_delta') break
    const { sessionId } = agent
    if (sessionId === null) throw new Error('the session has no id')
    const transcript = (): string => readFileSync(findTranscript(world.home, sessionId), 'utf8')
    await waitFor(() => transcript().includes('"second"'), { what: 'the prompt is on disk' })
    process.kill(-agent.pid, 'SIGKILL')
    await agent.ended

    const again = await world.start({ resume: sessionId, resumeInterruptedTurn: true, canUseTool })
    await again.ready
    await waitFor(() => again.requests.length === 1, { what: 'it asks by itself' })
    await again.detach()

    await using heir = await attachAgent(again.dir)
    const turn = heir.turn('second', { promptId })
    const asked: string[] = []
    for await (const event of turn) {
      if (event.type !== 'request_opened') continue
      asked.push(event.request.kind)
      heir.answer(event.request.id, { behavior: 'deny', message: 'no' })
    }
    expect(asked).toEqual(['permission'])
    expect(await turn.result).toMatchObject({ outcome: 'ok', text: 'done' })
  },
)
