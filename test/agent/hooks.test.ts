import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attachAgent, type HookCallback, type HookInput } from '../../src/agent/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { lastPrompt } from '../support/conversation.ts'
import { realClaudes } from '../support/real-claude.ts'

const touch = tool('Bash', { command: 'touch asked', description: 'try' })

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('hooks hear of the prompt, the tools and the end, and may change what runs', async () => {
    await using world = await openTestWorld({ version, script: [touch, text('finished')] })
    const heard: HookInput[] = []
    const note: HookCallback = async (input) => {
      heard.push(input)
      return {}
    }
    const change: HookCallback = async (input) => {
      heard.push(input)
      return {
        hookSpecificOutput: {
          hookEventName: 'PreToolUse',
          permissionDecision: 'allow',
          updatedInput: { command: 'touch instead', description: 'changed' },
        },
      }
    }
    await using agent = await world.start({
      hooks: {
        UserPromptSubmit: [{ hooks: [note] }],
        PreToolUse: [
          { matcher: 'Write', hooks: [() => expect.fail('not for this tool')] },
          { matcher: 'Bash', hooks: [change] },
        ],
        PostToolUse: [{ matcher: 'Bash', hooks: [note] }],
        Stop: [{ hooks: [note] }],
      },
    })
    const result = await agent.turn('PROMPT-A1').result
    expect(result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(heard).toMatchObject([
      { hook_event_name: 'UserPromptSubmit', prompt: 'PROMPT-A1', session_id: result.sessionId },
      { hook_event_name: 'PreToolUse', tool_input: { command: 'touch asked' } },
      { hook_event_name: 'PostToolUse', tool_name: 'Bash' },
      { hook_event_name: 'Stop' },
    ])
    expect(existsSync(join(world.workspace, 'asked'))).toBe(false)
    expect(existsSync(join(world.workspace, 'instead'))).toBe(true)
  })

  test('a hook may refuse a prompt, which then costs nothing', async () => {
    await using world = await openTestWorld({ version, script: [text('answer')] })
    const refuse: HookCallback = async ({ prompt }) =>
      prompt === 'FORBIDDEN' ? { decision: 'block', reason: 'NOT-HERE' } : {}
    await using agent = await world.start({ hooks: { UserPromptSubmit: [{ hooks: [refuse] }] } })
    const refused = await agent.turn('FORBIDDEN').result
    expect(refused.text).toContain('NOT-HERE')
    expect(refused.costUsd).toBe(0)
    expect(world.model.prompts).toEqual([])
    expect(await agent.turn('allowed').result).toMatchObject({ outcome: 'ok', text: 'answer' })
    expect(lastPrompt(world.model)?.conversation).not.toContain('FORBIDDEN')
  })

  test('a hook that takes too long is told so, and its tool does not run', async () => {
    await using world = await openTestWorld({ version, script: [touch, text('finished')] })
    const signals: AbortSignal[] = []
    const slow: HookCallback = async (_input, { signal }) => {
      signals.push(signal)
      return await new Promise<never>(() => {})
    }
    await using agent = await world.start({
      allowedTools: ['Bash'],
      hooks: { PreToolUse: [{ hooks: [slow], timeout: 1 }] },
    })
    expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(signals.map((one) => one.aborted)).toEqual([true])
    expect(existsSync(join(world.workspace, 'asked'))).toBe(false)
  })

  test('whoever takes an agent over brings its hooks along', async () => {
    await using world = await openTestWorld({ version, script: [touch, text('finished')] })
    const heard: string[] = []
    const hooksOf = (name: string) => ({
      PreToolUse: [
        {
          hooks: [
            async () => {
              heard.push(name)
              return {}
            },
          ],
        },
      ],
    })
    await using first = await world.start({ allowedTools: ['Bash'], hooks: hooksOf('first') })
    await first.ready
    await first.detach()
    await using second = await attachAgent(first.dir, { hooks: hooksOf('second') })
    expect(await second.turn('go').result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(heard).toEqual(['second'])
    expect(existsSync(join(world.workspace, 'asked'))).toBe(true)
  })
})
