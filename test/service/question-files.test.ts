import { expect, test } from 'vitest'
import type { OpenedHostler, StoredRequest } from '../../src/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { eventsUntil, openTestService } from '../support/service.ts'

const leave = (json: string): string => `printf '%s' '${json}' > "$HOSTLER_QUESTION_FILE"`
const profile = { allowedTools: ['Bash'] }

async function openRequestsOf(hostler: OpenedHostler): Promise<StoredRequest[]> {
  return (await hostler.requests.list({ state: 'open' })).items
}

async function answerFirst(hostler: OpenedHostler, answer: string): Promise<void> {
  const [asked] = await openRequestsOf(hostler)
  if (asked?.request.kind !== 'question') throw new Error('nothing was asked')
  const answers = Object.fromEntries(
    asked.request.questions.map(({ question }) => [question, answer]),
  )
  const updatedInput = { ...asked.request.input, answers }
  await hostler.requests.answer(asked.id, { behavior: 'allow', updatedInput })
}

test('H4 a question that a script has left in the file is asked, and the run goes on with the answer', async () => {
  await using world = await openTestService({
    profile,
    script: [
      tool('Bash', {
        command: leave('{"text":"Which branch?","options":["main","next"]}'),
      }),
      text('I have left a question'),
      text('branched off next'),
    ],
  })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'branch off' })
  await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
  expect(await openRequestsOf(hostler)).toMatchObject([
    {
      origin: 'file',
      kind: 'question',
      request: {
        questions: [{ question: 'Which branch?', options: [{ label: 'main' }, { label: 'next' }] }],
      },
    },
  ])
  await answerFirst(hostler, 'next')
  expect(await hostler.runs.wait(run.id, { timeoutMs: 20_000 })).toMatchObject({
    outcome: 'ok',
    text: 'branched off next',
    attempts: [{ outcome: 'ok' }, { outcome: 'ok' }],
  })
  expect(world.model.requests.at(-1)?.lastUserText).toContain('"Which branch?" = "next"')
  expect((await hostler.requests.list()).items).toHaveLength(1)
})

test.each([
  ['half a JSON', '{"text": "Which bra', '{"text": "Which bra'],
  ['a question written twice', '{"text":"Which?"}\\n{"text":"Which?"}', 'Which?'],
  ['words that are no JSON', 'which branch is it', 'which branch is it'],
])('H4 %s is asked once and not lost', async (_, content, question) => {
  await using world = await openTestService({
    profile,
    script: [
      tool('Bash', { command: `printf '${content}' > "$HOSTLER_QUESTION_FILE"` }),
      text('left'),
      text('done'),
    ],
  })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'ask' })
  await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
  const [asked] = await openRequestsOf(hostler)
  expect(asked?.request).toMatchObject({ questions: [{ question }] })
  await answerFirst(hostler, 'this one')
  expect(await hostler.runs.wait(run.id, { timeoutMs: 20_000 })).toMatchObject({ text: 'done' })
  expect((await hostler.requests.list()).items).toHaveLength(1)
})

test('H4 a question that an attempt left before it was killed is asked, once, and not again by the next', async () => {
  await using world = await openTestService({
    profile,
    script: [
      tool('Bash', { command: leave('{"text":"Which branch?"}') }),
      tool('Bash', { command: 'kill -9 $CLAUDE_PID; sleep 5' }),
      text('done'),
    ],
  })
  const hostler = await world.open()
  const run = await hostler.runs.submit({ key: 'k', prompt: 'ask' })
  await eventsUntil(hostler, run.sessionId, ({ type }) => type === 'run_waiting')
  expect(await hostler.runs.get(run.id)).toMatchObject({
    waiting: { on: 'human' },
    attempts: [{ outcome: 'killed' }],
  })
  await answerFirst(hostler, 'main')
  expect(await hostler.runs.wait(run.id, { timeoutMs: 20_000 })).toMatchObject({ text: 'done' })
  expect((await hostler.requests.list()).items).toHaveLength(1)
})
