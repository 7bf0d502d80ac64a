import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Agent, AgentRequest, PermissionResult } from '../../src/agent/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { firstEvent } from '../support/log-events.ts'
import { realClaudes } from '../support/real-claude.ts'

const touch = (file: string) => tool('Bash', { command: `touch ${file}`, description: 'try' })

const colour = {
  question: 'Which colour?',
  header: 'Colour',
  multiSelect: false,
  options: ['Red', 'Blue'].map((label) => ({ label, description: label })),
}
const sizes = { ...colour, question: 'Which sizes?', header: 'Sizes', multiSelect: true }
const name = { ...colour, question: 'Which name?', header: 'Name' }

/** An answerer that notes what it was asked, and what was open meanwhile. */
function noting(
  agent: () => Agent,
  answer: (request: AgentRequest) => PermissionResult,
): {
  asked: { request: AgentRequest; wasOpen: boolean }[]
  canUseTool: (
    toolName: string,
    input: Record<string, unknown>,
    context: { request: AgentRequest },
  ) => Promise<PermissionResult>
} {
  const asked: { request: AgentRequest; wasOpen: boolean }[] = []
  return {
    asked,
    canUseTool: async (_toolName, _input, { request }) => {
      asked.push({ request, wasOpen: agent().requests.some((one) => one.id === request.id) })
      return answer(request)
    },
  }
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('H1 a permission that is allowed: asked once, open meanwhile, the tool runs', async () => {
    await using world = await openTestWorld({ version, script: [touch('asked'), text('finished')] })
    const { asked, canUseTool } = noting(
      () => agent,
      () => ({ behavior: 'allow' }),
    )
    await using agent = await world.start({ canUseTool })
    const result = await agent.turn('go').result
    expect(result).toMatchObject({ outcome: 'ok', text: 'finished', permissionDenials: [] })
    expect(asked).toMatchObject([
      {
        wasOpen: true,
        request: { kind: 'permission', toolName: 'Bash', input: { command: 'touch asked' } },
      },
    ])
    expect(agent.requests).toEqual([])
    expect(existsSync(join(world.workspace, 'asked'))).toBe(true)
  })

  test('H1 a permission that is allowed with another input', async () => {
    await using world = await openTestWorld({ version, script: [touch('asked'), text('finished')] })
    const updatedInput = { command: 'touch instead', description: 'changed' }
    const canUseTool = async () => ({ behavior: 'allow' as const, updatedInput })
    await using agent = await world.start({ canUseTool })
    expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok' })
    expect(existsSync(join(world.workspace, 'asked'))).toBe(false)
    expect(existsSync(join(world.workspace, 'instead'))).toBe(true)
  })

  test('H1 a permission that is allowed for good is not asked again', async () => {
    await using world = await openTestWorld({
      version,
      script: [touch('asked'), touch('again'), text('finished')],
    })
    const { asked, canUseTool } = noting(
      () => agent,
      () => ({
        behavior: 'allow',
        updatedPermissions: [{ type: 'setMode', mode: 'acceptEdits', destination: 'session' }],
      }),
    )
    await using agent = await world.start({ canUseTool })
    const changed = firstEvent(agent.events({ from: 'start' }), 'mode_changed')
    expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(asked).toHaveLength(1)
    expect(existsSync(join(world.workspace, 'again'))).toBe(true)
    expect(await changed).toMatchObject({ permissionMode: 'acceptEdits' })
  })

  test('H1 a permission that is denied: the agent reads why and goes on', async () => {
    await using world = await openTestWorld({ version, script: [touch('asked'), text('finished')] })
    const denial: PermissionResult = { behavior: 'deny', message: 'NOT-ON-A-FRIDAY' }
    await using agent = await world.start({ canUseTool: async () => denial })
    const result = await agent.turn('go').result
    expect(result).toMatchObject({
      outcome: 'ok',
      text: 'finished',
      permissionDenials: [{ toolName: 'Bash', toolInput: { command: 'touch asked' } }],
    })
    expect(lastPrompt(world.model)?.toolResultText).toContain('NOT-ON-A-FRIDAY')
    expect(existsSync(join(world.workspace, 'asked'))).toBe(false)
  })

  test('H1 a permission that is denied for the whole turn ends it', async () => {
    await using world = await openTestWorld({ version, script: [touch('asked'), text('next')] })
    const denial: PermissionResult = { behavior: 'deny', message: 'stop', interrupt: true }
    await using agent = await world.start({ canUseTool: async () => denial })
    const result = await agent.turn('go').result
    expect(result).toMatchObject({
      outcome: 'permission_denied',
      error: { code: 'permission_denied' },
      permissionDenials: [{ toolName: 'Bash' }],
    })
    expect(await agent.turn('more').result).toMatchObject({ outcome: 'ok', text: 'next' })
  })

  test('H1 several questions, one of them with several answers, one answered freely', async () => {
    const questions = [colour, sizes, name]
    await using world = await openTestWorld({
      version,
      script: [tool('AskUserQuestion', { questions }), text('finished')],
    })
    const { asked, canUseTool } = noting(
      () => agent,
      ({ input }) => ({
        behavior: 'allow',
        updatedInput: {
          ...input,
          answers: {
            'Which colour?': 'Blue',
            'Which sizes?': 'Red, Blue',
            'Which name?': 'A-FREE-WORD',
          },
        },
      }),
    )
    await using agent = await world.start({ canUseTool })
    expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(asked).toMatchObject([{ wasOpen: true, request: { kind: 'question', questions } }])
    const heard = lastPrompt(world.model)?.toolResultText
    expect(heard).toContain('"Which colour?"="Blue"')
    expect(heard).toContain('"Which sizes?"="Red, Blue"')
    expect(heard).toContain('A-FREE-WORD')
  })

  test('H1 a plan is shown, and carried out when it is approved', async () => {
    await using world = await openTestWorld({
      version,
      script: [
        // The CLI tells the model where it wants the plan, and shows the human what is there.
        ({ body }) => {
          const [file = ''] = /\/[^\s"\\]+\/plans\/[\w-]+\.md/.exec(JSON.stringify(body)) ?? []
          return tool('Write', { file_path: file, content: '# THE-PLAN' })
        },
        tool('ExitPlanMode', { plan: '# THE-PLAN' }),
        text('finished'),
      ],
    })
    const { asked, canUseTool } = noting(
      () => agent,
      () => ({ behavior: 'allow' }),
    )
    const settings = { plansDirectory: './the/plans' }
    await using agent = await world.start({ canUseTool, permissionMode: 'plan', settings })
    const changed = firstEvent(agent.events({ from: 'start' }), 'mode_changed')
    expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(asked).toMatchObject([{ wasOpen: true, request: { kind: 'plan', plan: '# THE-PLAN' } }])
    expect(await changed).toMatchObject({ permissionMode: 'default' })
    const [plan] = readdirSync(join(world.workspace, 'the/plans'))
    expect(readFileSync(join(world.workspace, 'the/plans', plan ?? ''), 'utf8')).toBe('# THE-PLAN')
  })

  test('H2 three questions in one run: the same conversation throughout', async () => {
    const ask = (one: typeof colour) => tool('AskUserQuestion', { questions: [one] })
    await using world = await openTestWorld({
      version,
      script: [ask(colour), ask(sizes), ask(name), text('finished')],
    })
    const { asked, canUseTool } = noting(
      () => agent,
      ({ input }) => ({
        behavior: 'allow',
        updatedInput: { ...input, answers: { [colour.question]: 'Red' } },
      }),
    )
    await using agent = await world.start({ canUseTool })
    const { pid } = agent
    const result = await agent.turn('PROMPT-A1').result
    expect(result).toMatchObject({ outcome: 'ok', text: 'finished' })
    expect(new Set(asked.map(({ request }) => request.id)).size).toBe(3)
    expect(world.model.prompts).toHaveLength(4)
    expect(countInConversation(lastPrompt(world.model), 'PROMPT-A1')).toBe(1)
    expect(agent).toMatchObject({ pid, sessionId: result.sessionId, state: 'idle' })
  })
})
