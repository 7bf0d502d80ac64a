import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TurnResult } from '../../src/events/index.ts'
import { listMarkedProcesses, listProcesses } from '../support/processes.ts'
import { startTestAgent } from '../support/agents.ts'
import { newestClaude, realClaudes } from '../support/real-claude.ts'

const marker = 'zebra-6021'

const prompts: [what: string, prompt: string][] = [
  ['of 1 MB', `${marker} ${'lorem ipsum '.repeat(83_400)}end`],
  ['that begins with --help', `--help ${marker}`],
  ['that begins with -c', `-c ${marker}`],
  ['that is only a flag', `--version=${marker}`],
  ['with NUL, CR and other control characters', `${marker}\0a\rb\r\nc\u0007\u001b[0m\u2028d`],
  ['with shell characters', `${marker} "; $(touch gone) \`touch gone\` '`],
  ['with emoji and a byte order mark', `\ufeff${marker} 👩‍👩‍👧 é`],
]

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('O4: every prompt reaches the model as it was given, and none is in any argv or environment', async () => {
    await using world = await startTestAgent({ version })
    const { agent, model } = world
    for (const [what, prompt] of prompts) {
      model.push({ text: 'taken', hold: what })
      const turn = agent.turn(prompt)
      await model.waitForRequest((one) => one.lastUserText === prompt, { timeoutMs: 20_000 })
      expect(listProcesses().some((one) => one.pid === agent.pid)).toBe(true)
      expect(listMarkedProcesses(marker)).toEqual([])
      model.release(what)
      expect(await turn.result, what).toMatchObject({ outcome: 'ok', text: 'taken' })
    }
    expect(model.prompts.map((one) => one.lastUserText)).toEqual(prompts.map((one) => one[1]))
  })

  test('O4: what cannot reach the model as it was given is refused before anything is written', async () => {
    await using world = await startTestAgent({ version, script: [{ text: 'still here' }] })
    const { agent, model } = world
    await agent.ready
    const journal = (): Promise<string> => readFile(join(agent.dir, 'in.jsonl'), 'utf8')
    const before = await journal()
    for (const prompt of ['half \ud83d', '\udc00 half', '', ' \n', 'x'.repeat(33_000_000)]) {
      expect(() => agent.turn(prompt)).toThrow(
        expect.objectContaining({ code: 'invalid_prompt', message: expect.any(String) }),
      )
    }
    expect(await journal()).toBe(before)
    expect(agent.state).toBe('idle')
    expect(await agent.turn('whole').result).toMatchObject({ outcome: 'ok', text: 'still here' })
    expect(model.prompts).toHaveLength(1)
  })

  test('O7: a prompt that begins with / reaches the model, also one that would empty the conversation', async () => {
    await using world = await startTestAgent({
      version,
      script: { otherwise: { text: 'read' } },
    })
    const { agent, model } = world
    const texts = [
      '/clear',
      '/compact',
      '/model haiku',
      '/help',
      '/etc/passwd says what?',
      '/nosuch',
    ]
    for (const text of texts) {
      expect(await agent.turn(text).result, text).toMatchObject({ outcome: 'ok', text: 'read' })
      expect(model.prompts.at(-1)?.lastUserText.trim()).toBe(text)
    }
    const blocks = [{ type: 'text' as const, text: '/clear' }]
    expect(await agent.turn(blocks).result).toMatchObject({ outcome: 'ok', text: 'read' })
    // One conversation throughout: nothing has been cleared or compacted.
    expect(model.prompts).toHaveLength(texts.length + 1)
    for (const text of texts) expect(model.prompts.at(-1)?.conversation).toContain(text)
  })

  test('O7: with slashCommands run they are commands, and each has one result that says what it did', async () => {
    await using world = await startTestAgent({ version, script: { otherwise: { text: 'spoken' } } })
    const { agent, model } = world
    /** What came of a command, and how many calls of the API it took. */
    const run = async (text: string): Promise<TurnResult & { calls: number }> => {
      const before = model.prompts.length
      const result = await agent.turn(text, { slashCommands: 'run' }).result
      return { ...result, calls: model.prompts.length - before }
    }
    await agent.turn('first words').result
    const { sessionId } = await agent.turn('second words').result

    // Asks the model for a summary, and that costs.
    const compacted = await run('/compact')
    expect(compacted).toMatchObject({ outcome: 'ok', text: '', sessionId })
    expect(compacted.calls).toBeGreaterThan(0)
    expect(compacted.costUsd).toBeGreaterThan(0)
    const context = await run('/context')
    expect(context).toMatchObject({ outcome: 'ok', costUsd: 0, sessionId, calls: 0 })
    expect(context.text).toContain('## Context Usage')
    const help = await run('/help')
    expect(help).toMatchObject({ outcome: 'ok', costUsd: 0, calls: 0 })
    expect(help.text).toContain("isn't available in this environment")
    const unknown = await run('/nosuchcommand')
    if (version === newestClaude.version) {
      expect(unknown).toMatchObject({ outcome: 'ok', text: 'spoken', calls: 1 })
    } else {
      expect(unknown).toMatchObject({ outcome: 'ok', calls: 0 })
      expect(unknown.text).toContain('Unknown command: /nosuchcommand')
    }

    // The same process goes on with another conversation.
    const cleared = await run('/clear')
    expect(cleared).toMatchObject({ outcome: 'ok', costUsd: 0, calls: 0 })
    expect(cleared.sessionId).not.toBe(sessionId)
    const after = await agent.turn('third words').result
    expect(after).toMatchObject({ outcome: 'ok', text: 'spoken', sessionId: cleared.sessionId })
    expect(after.costUsd).toBeCloseTo(0.00016, 4)
    expect(model.prompts.at(-1)?.conversation).not.toContain('second words')
    expect(agent.sessionId).toBe(cleared.sessionId)
  })
})
