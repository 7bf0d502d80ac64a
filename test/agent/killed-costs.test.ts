import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import type { Turn } from '../../src/agent/index.ts'
import { realClaudes } from '../support/real-claude.ts'
import { openTestWorld } from '../support/agents.ts'
import { waitFor } from '../support/wait-for.ts'

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('a turn that is killed while its tools run has cost what its replies have', async () => {
    const usage = { inputTokens: 1000, outputTokens: 200 }
    const hang = { command: 'while true; do sleep 1; done', description: 'd' }
    await using world = await openTestWorld({
      version,
      script: [
        text('one', { usage, repeat: true, when: { lastUserText: 'plain' } }),
        tool('Bash', hang, { usage }),
      ],
      options: { allowedTools: ['Bash'], model: 'claude-opus-4-8' },
    })
    await using agent = await world.start()
    const plain = await agent.turn('plain').result
    const turn = agent.turn('hang')
    // Of what nobody listens to the replies' ends are not read.
    const listening = listen(turn)
    const answered = (): boolean =>
      readFileSync(join(agent.dir, 'out.jsonl'), 'utf8').includes('"model_usage":{')
    await waitFor(answered)
    process.kill(-agent.pid, 'SIGKILL')
    const killed = await turn.result
    await listening
    expect(killed.outcome).toBe('killed')
    expect(plain.costUsd).toBeGreaterThan(0)
    expect(killed.costUsd).toBe(plain.costUsd)
    expect(killed.usage).toMatchObject({ inputTokens: 1000, outputTokens: 200 })
  })
})

async function listen(turn: Turn): Promise<void> {
  for await (const event of turn) if (event.type === 'unparsed') throw new Error(event.text)
}
