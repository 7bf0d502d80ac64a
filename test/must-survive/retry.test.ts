import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { text } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

/** The CLI: the only child of the launcher. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}

function findTranscript(home: string, sessionId: string): string {
  const projects = join(home, '.claude', 'projects')
  for (const project of readdirSync(projects)) {
    const path = join(projects, project, `${sessionId}.jsonl`)
    if (existsSync(path)) return readFileSync(path, 'utf8')
  }
  return ''
}

describe.each(realClaudes)('E2: claude $version', ({ version }) => {
  test.each(['at once', 'when it is ready'] as const)(
    'a prompt whose answer was cut off by SIGKILL is answered once, sent again %s',
    async (when) => {
      await using world = await openTestWorld({
        version,
        script: [
          text('first answer'),
          text('x'.repeat(4000), { pace: { chunkChars: 4, delayMs: 20 } }),
          text('second answer'),
        ],
      })
      const agent = await world.start()
      expect((await agent.turn('first').result).text).toBe('first answer')
      const promptId = randomUUID()
      const cut = agent.turn('second', { promptId })
      for await (const { type } of cut) if (type === 'text_delta') break
      // The CLI writes its transcript late; what it has not written it cannot go on with.
      const transcript = () => findTranscript(world.home, agent.sessionId ?? '')
      await waitFor(() => transcript().includes('"second"'), { what: 'the prompt is on disk' })
      process.kill(childOf(agent.pid), 'SIGKILL')
      expect(await cut.result).toMatchObject({ outcome: 'killed', costUsd: null })
      await agent.ended

      const { sessionId } = agent
      if (sessionId === null) throw new Error('the session has no id')
      const again = await world.start({ resume: sessionId, resumeInterruptedTurn: true })
      if (when === 'when it is ready') {
        await again.ready
        await waitFor(() => world.model.prompts.length >= 3, { what: 'the CLI takes the turn up' })
      }
      const result = await again.turn('second', { promptId }).result
      expect(result).toMatchObject({ outcome: 'ok', text: 'second answer', promptId, sessionId })
      expect(result.costUsd).toBeGreaterThan(0)
      expect((await again.turn('third').result).outcome).not.toBe('protocol')
      const history = world.model.prompts.at(-1)?.body
      expect(JSON.stringify(history).split('"second"')).toHaveLength(2)
    },
  )
})
