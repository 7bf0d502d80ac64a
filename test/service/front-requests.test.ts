import { describe, expect, test } from 'vitest'
import type { HumanRequest } from '../../src/events/human-request.ts'
import type { RequestAnswer } from '../../src/service/contract/request.ts'
import type { BusMessage } from '../../src/store/bus.ts'
import { openTestFront } from '../support/fronts.ts'
import { forEachDatabase } from '../support/stores.ts'
import { takeTurn } from '../support/turns.ts'

const permission: HumanRequest = {
  kind: 'permission',
  id: 'c-1',
  openedAt: 1,
  toolName: 'Bash',
  toolUseId: 't',
  input: { command: 'ls' },
  description: 'list',
  blockedPath: null,
  suggestions: [],
}

const question: HumanRequest = {
  kind: 'question',
  id: 'c-2',
  openedAt: 1,
  toolUseId: 't',
  input: {},
  questions: ['Which colour?', 'Which size?'].map((text) => ({
    question: text,
    header: 'h',
    options: [{ label: 'Red', description: 'r' }],
    multiSelect: false,
  })),
}

const elicitation: HumanRequest = {
  kind: 'elicitation',
  id: 'c-3',
  openedAt: 1,
  serverName: 's',
  message: 'm',
  requestedSchema: null,
  url: null,
  input: {},
}

forEachDatabase((openTestDatabase) => {
  test('H1 a request is answered once, by whom, and its holder is told', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const { id: runId } = await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const turn = await takeTurn(store)
    const id = await turn.ask(permission)
    const open = await hostler.requests.get(id)
    expect(open).toMatchObject({
      runId,
      sessionKey: 'k',
      kind: 'permission',
      request: permission,
      state: 'open',
      answer: null,
    })
    expect((await hostler.requests.list({ state: 'open' })).items).toEqual([open])
    expect(await hostler.status()).toMatchObject({
      openRequests: 1,
      runs: { waiting: { human: 1 } },
    })
    const heard: BusMessage[] = []
    store.bus.subscribe((message) => heard.push(message))
    const other = await world.another('token:2')
    const answers = await Promise.allSettled([
      hostler.requests.answer(id, { behavior: 'allow', updatedInput: { command: 'secret-1' } }),
      other.hostler.requests.answer(id, { behavior: 'deny', message: 'no' }),
    ])
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'request_not_open' },
    })
    const answered = await hostler.requests.get(id)
    expect(answered).toMatchObject({ state: 'answered', closedAt: expect.any(Number) })
    expect(answers.find(({ status }) => status === 'fulfilled')).toMatchObject({ value: answered })
    await expect.poll(() => heard.map(({ type }) => type)).toContain('control')
    const entries = (await hostler.audit()).items.filter((one) => one.action === 'request.answer')
    expect(entries).toMatchObject([{ actor: answered.answeredBy, subjectId: id }])
    expect(JSON.stringify(entries)).not.toContain('secret-1')
    await expect(hostler.requests.answer('x', { behavior: 'allow' })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  test('H2 a parked run may be claimed again when all that it asked is answered', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const turn = await takeTurn(store)
    const one = await turn.ask(permission)
    const two = await turn.ask({ ...permission, id: 'c-4' })
    await turn.settle({ kind: 'wait', on: 'human', until: null, reason: 'asks' })
    const readyAt = async (): Promise<number | null> =>
      (await store.db.selectFrom('sessions').select('ready_at').executeTakeFirstOrThrow()).ready_at
    await hostler.requests.answer(one, { behavior: 'allow' })
    expect(await readyAt()).toBeNull()
    await hostler.requests.answer(two, { behavior: 'deny', message: 'no' })
    expect(await readyAt()).not.toBeNull()
    expect((await takeTurn(store)).run.state).toBe('waiting')
  })

  test('a run that ends leaves nothing to answer', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const turn = await takeTurn(store)
    const id = await turn.ask(permission)
    await turn.succeed()
    await expect(hostler.requests.answer(id, { behavior: 'allow' })).rejects.toMatchObject({
      code: 'request_not_open',
      message: `request ${id} is not open: it was withdrawn`,
    })
  })

  describe('an answer of another kind is refused, and the request stays open', () => {
    test.each([
      [permission, { action: 'accept' }, 'answer.behavior'],
      [permission, { behavior: 'deny' }, 'answer.message'],
      [permission, { behavior: 'allow', updatedInputs: {} }, 'answer'],
      [elicitation, { behavior: 'allow' }, 'answer.action'],
      [question, { behavior: 'allow' }, 'answer.updatedInput.answers'],
      [
        question,
        { behavior: 'allow', updatedInput: { answers: { 'Which colour?': 'Red' } } },
        'answer.updatedInput.answers',
      ],
      [
        question,
        { behavior: 'allow', updatedInput: { answers: { 'Which color?': 'Red' } } },
        'answer.updatedInput.answers',
      ],
      [question, null, 'answer'],
    ])('%j %j', async (request, answer, field) => {
      await using world = await openTestFront(openTestDatabase)
      const { hostler, store } = world
      await hostler.runs.submit({ key: 'k', prompt: 'x' })
      const id = await (await takeTurn(store)).ask(request)
      // What comes over HTTP is of no type.
      const given: RequestAnswer = JSON.parse(JSON.stringify(answer))
      await expect(hostler.requests.answer(id, given)).rejects.toMatchObject({
        code: 'invalid_input',
        params: { field },
      })
      expect((await hostler.requests.get(id)).state).toBe('open')
    })
  })

  test('questions are answered by their texts, or denied', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const turn = await takeTurn(store)
    const one = await turn.ask(question)
    const two = await turn.ask({ ...question, id: 'c-5' })
    const three = await turn.ask(elicitation)
    const answers = { 'Which colour?': 'Red, or so', 'Which size?': 'S, M' }
    const { requests } = hostler
    await requests.answer(one, { behavior: 'allow', updatedInput: { answers } })
    await requests.answer(two, { behavior: 'deny', message: 'not now' })
    await requests.answer(three, { action: 'accept', content: { name: 'x' } })
    expect((await requests.list({ state: 'answered' })).items).toHaveLength(3)
    expect((await requests.get(one)).answer).toEqual({
      behavior: 'allow',
      updatedInput: { answers },
    })
  })
})
