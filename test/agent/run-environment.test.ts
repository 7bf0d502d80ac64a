import { readFileSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attachAgent } from '../../src/agent/index.ts'
import { text, tool, type Reply } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { lastPrompt } from '../support/conversation.ts'
import { realClaudes } from '../support/real-claude.ts'

/** A script that the command starts, and not the command alone, is to see it. */
const show = `sh -c 'printf "<%s|%s>" "$RUN_VALUE" "$RUN_OTHER"'`
const look: Reply = tool('Bash', { command: show, description: 'look' })

// What a shell would take for something else.
const odd = `it's $HOME \`id\` "q" \\ ; x=1 & # ü`

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('commands and hooks of a warm agent see the variables of the run under way', async () => {
    const script = [look, text('1'), look, look, text('2'), look, text('3'), look, text('4')]
    await using world = await openTestWorld({ version, script })
    const hook = join(world.workspace, 'hook.sh')
    await writeFile(
      hook,
      '#!/bin/sh\n. "$HOSTLER_RUN_ENV"\nprintf "<%s>" "$RUN_VALUE" >>hooked\n',
      {
        mode: 0o755,
      },
    )
    const command = { hooks: [{ type: 'command', command: hook }] }
    await using agent = await world.start({
      runEnvFile: true,
      allowedTools: ['Bash'],
      settings: { hooks: { PreToolUse: [command] } },
    })
    const heard = async (prompt: string): Promise<string | undefined> => {
      expect((await agent.turn(prompt).result).outcome).toBe('ok')
      return lastPrompt(world.model)?.toolResultText
    }
    // None are set yet.
    expect(await heard('a')).toContain('<|>')
    await agent.setRunEnvironment({ RUN_VALUE: 'one', RUN_OTHER: odd })
    expect(await heard('b')).toContain(`<one|${odd}>`)
    await agent.setRunEnvironment({ RUN_VALUE: 'two' })
    expect(await heard('c')).toContain('<two|>')
    expect(readFileSync(join(world.workspace, 'hooked'), 'utf8')).toBe('<><one><one><two>')
    expect(statSync(join(agent.dir, 'run.env')).mode & 0o777).toBe(0o600)

    await agent.detach()
    await using next = await attachAgent(agent.dir)
    await next.setRunEnvironment({ RUN_VALUE: 'three' })
    expect((await next.turn('d').result).outcome).toBe('ok')
    expect(lastPrompt(world.model)?.toolResultText).toContain('<three|>')
  })
})

test('what is no variable, and an agent without such a file, are refused', async () => {
  await using world = await openTestWorld({ scenario: {} })
  await using without = await world.start()
  const invalid = expect.objectContaining({ code: 'invalid_option' })
  await expect(without.setRunEnvironment({})).rejects.toThrow(invalid)
  await using agent = await world.start({ runEnvFile: true })
  for (const name of ['A B', '', '1A', 'A;id']) {
    await expect(agent.setRunEnvironment({ [name]: 'x' })).rejects.toThrow(invalid)
  }
  await expect(agent.setRunEnvironment({ A: 'x\0y' })).rejects.toThrow(invalid)
  await agent.stop()
  const ended = expect.objectContaining({ code: 'agent_ended' })
  await expect(agent.setRunEnvironment({})).rejects.toThrow(ended)
})
