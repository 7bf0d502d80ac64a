import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { RequestAnswer, StoredRequest } from '../../../src/client/index.ts'
import type { SessionEvent } from '../../../src/events/index.ts'
import type { ModelRequest, Reply } from '../../../src/testing/index.ts'
import { text, tool } from '../../../src/testing/index.ts'
import { lastPrompt, toolNames } from '../../support/conversation.ts'
import { openDaemonWorld, waitForEvent } from '../../support/daemon-world.ts'

const colour = {
  question: 'Which colour?',
  header: 'Colour',
  multiSelect: false,
  options: ['Red', 'Blue'].map((label) => ({ label, description: label })),
}
const sizes = {
  ...colour,
  question: 'Which sizes?',
  header: 'Sizes',
  multiSelect: true,
  options: ['S', 'M', 'L'].map((label) => ({ label, description: label })),
}
const name = { ...colour, question: 'Which name?', header: 'Name' }

const server = fileURLToPath(new URL('../../support/asking-mcp-server.ts', import.meta.url))

function inputOf({ request }: StoredRequest): Record<string, unknown> {
  return 'input' in request ? request.input : {}
}

/** What is asked until there is a result that says that it was answered. */
function asks(ask: (request: ModelRequest) => Reply, heard: string): (one: ModelRequest) => Reply {
  return (request) => (request.conversation.includes(heard) ? text('finished') : ask(request))
}

type Case = {
  kind: StoredRequest['kind']
  profile: Record<string, unknown>
  ask: (request: ModelRequest) => Reply
  answer: (request: StoredRequest) => RequestAnswer
  heard: string
}

const cases: Record<string, Case> = {
  'a permission that is given': {
    kind: 'permission',
    profile: {},
    ask: () => tool('Bash', { command: 'echo THE-"OUTPUT" > out; cat out', description: 'try' }),
    answer: () => ({ behavior: 'allow' }),
    heard: 'THE-OUTPUT',
  },
  'a permission that is refused with a reason': {
    kind: 'permission',
    profile: {},
    ask: () => tool('Bash', { command: 'touch asked', description: 'try' }),
    answer: () => ({ behavior: 'deny', message: 'NOT-ON-A-FRIDAY' }),
    heard: 'NOT-ON-A-FRIDAY',
  },
  'several questions, of one choice, of several, and in own words': {
    kind: 'question',
    profile: {},
    ask: () => tool('AskUserQuestion', { questions: [colour, sizes, name] }),
    answer: (stored) => ({
      behavior: 'allow',
      updatedInput: {
        ...inputOf(stored),
        answers: { 'Which colour?': 'Blue', 'Which sizes?': 'S, L', 'Which name?': 'OWN-WORDS' },
      },
    }),
    heard: 'OWN-WORDS',
  },
  'a plan': {
    kind: 'plan',
    profile: { permissionMode: 'plan', settings: { plansDirectory: './the/plans' } },
    ask: ({ body, conversation }) => {
      if (conversation.includes('# THE-PLAN')) return tool('ExitPlanMode', { plan: '# THE-PLAN' })
      const [file = ''] = /\/[^\s"\\]+\/plans\/[\w-]+\.md/.exec(JSON.stringify(body)) ?? []
      return tool('Write', { file_path: file, content: '# THE-PLAN' })
    },
    answer: () => ({ behavior: 'deny', message: 'WITH-MORE-TESTS' }),
    heard: 'WITH-MORE-TESTS',
  },
  'what an MCP server wants to know': {
    kind: 'elicitation',
    profile: {
      allowedTools: ['Bash', 'mcp__asking__greet'],
      mcpServers: { asking: { command: process.execPath, args: [server] } },
    },
    ask: (request) => {
      const names = toolNames(request)
      return names.includes('mcp__asking__greet') || names.includes('ToolSearch')
        ? tool('mcp__asking__greet', {})
        : tool('Bash', { command: 'sleep 0.5' })
    },
    answer: () => ({ action: 'accept', content: { name: 'A-NAME' } }),
    heard: 'A-NAME',
  },
}

describe.each(['lives on', 'dies, too'])(
  'hostler is killed with -9, the agent that asks %s',
  (fate) => {
    test.for(Object.entries(cases))(
      'H1 %s: asked once, answered once over HTTP by the next hostler',
      async ([, { kind, profile, ask, answer, heard }]) => {
        await using world = await openDaemonWorld({
          profile,
          script: { replies: [], otherwise: asks(ask, heard) },
        })
        const before = await world.start()
        const run = await before.hostler.runs.submit({ key: 'k', prompt: 'go' })
        await waitForEvent(before.hostler, run.sessionId, ({ type }) => type === 'run_waiting')
        const [asked] = (await before.hostler.requests.list({ runId: run.id })).items
        expect(asked).toMatchObject({ kind, state: 'open' })
        const id = asked?.id ?? ''
        const [agent] = await before.hostler.agents.list()
        await before.end('SIGKILL')
        if (fate === 'dies, too') process.kill(-(agent?.pid ?? 0), 'SIGKILL')

        const { hostler } = await world.start()
        const open = await hostler.requests.get(id)
        expect(open).toMatchObject({ kind, state: 'open', answer: null })
        const given = answer(open)
        const answers = await Promise.allSettled([
          hostler.requests.answer(id, given),
          hostler.requests.answer(id, given),
        ])
        expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
        expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({
          reason: { code: 'request_not_open' },
        })
        const done = await hostler.runs.wait(run.id, { timeoutMs: 60_000 })
        expect(done).toMatchObject({ state: 'succeeded', text: 'finished' })
        expect(lastPrompt(world.model)?.conversation).toContain(heard)
        expect((await hostler.requests.list({ runId: run.id })).items).toMatchObject([
          { id, state: 'answered', answeredBy: 'local', closedAt: expect.any(Number) },
        ])
        const told: string[] = []
        for await (const { type } of hostler.sessions.events(run.sessionId, { until: 'now' })) {
          if (type.startsWith('request_')) told.push(type)
        }
        expect(told).toEqual(['request_opened', 'request_closed'])
      },
    )
  },
)

describe.each<[string, { parkAfterMs?: number }]>([
  ['while the agent waits', {}],
  ['after it was parked', { parkAfterMs: 1 }],
])('answered %s', (_when, profile) => {
  test('H2 three questions in one run are one conversation', async () => {
    const questions = [colour, sizes, name]
    const answers = ['FIRST-ANSWER', 'SECOND-ANSWER', 'THIRD-ANSWER']
    await using world = await openDaemonWorld({
      profile,
      script: {
        replies: [],
        otherwise: ({ conversation }) => {
          const next = answers.findIndex((one) => !conversation.includes(one))
          const question = questions[next]
          return question === undefined
            ? text('finished')
            : tool('AskUserQuestion', { questions: [question] })
        },
      },
    })
    const { hostler } = await world.start()
    const run = await hostler.runs.submit({ key: 'k', prompt: 'THE-PROMPT' })
    const conversations: (string | null)[] = []
    for (const [index, question] of questions.entries()) {
      const opened = await waitForEvent(
        hostler,
        run.sessionId,
        (event) =>
          event.type === 'request_opened' &&
          event.request.kind === 'question' &&
          event.request.questions[0]?.question === question.question,
      )
      const id = opened.type === 'request_opened' ? opened.request.id : ''
      if (profile.parkAfterMs !== undefined) {
        let parked = 0
        const isParked = ({ type }: SessionEvent): boolean => {
          if (type === 'attempt_ended') parked += 1
          return parked > index
        }
        await waitForEvent(hostler, run.sessionId, isParked)
      }
      const stored = await hostler.requests.get(id)
      await hostler.requests.answer(id, {
        behavior: 'allow',
        updatedInput: { ...inputOf(stored), answers: { [question.question]: answers[index] } },
      })
      conversations.push((await hostler.sessions.get(run.sessionId)).claudeSessionId)
    }
    const done = await hostler.runs.wait(run.id, { timeoutMs: 60_000 })
    expect(done).toMatchObject({ state: 'succeeded', text: 'finished' })
    expect(done.attempts).toHaveLength(profile.parkAfterMs === undefined ? 1 : 4)
    expect(new Set(conversations).size).toBe(1)
    expect(conversations[0]).toEqual(expect.any(String))
    const whole = lastPrompt(world.model)?.conversation ?? ''
    for (const words of ['THE-PROMPT', ...answers]) expect(whole).toContain(words)
    expect((await hostler.requests.list({ runId: run.id })).items).toHaveLength(3)
  })
})
