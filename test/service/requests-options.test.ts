import { context, trace } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { startTestService } from '../support/running-service.ts'

test('a run has its own model, and its attachments as files and as blocks', async () => {
  await using world = await startTestService({ script: [text('seen')] })
  const { hostler, model, workspace } = world
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  const run = await hostler.runs.submit({
    key: 'k',
    prompt: 'look',
    options: { model: 'claude-haiku-4-5' },
    attachments: [{ name: 'dot.png', mediaType: 'image/png', data: png }],
  })
  expect(await world.ended(run)).toMatchObject({ outcome: 'ok', text: 'seen' })
  const [request] = model.prompts
  expect(request?.model).toContain('haiku')
  expect(request?.conversation).toContain('"type":"image"')
  expect(existsSync(join(workspace, '.hostler/inbox', run.id, 'dot.png'))).toBe(true)
})

test('a leading slash is text, unless the submission wants the command', async () => {
  await using world = await startTestService({ script: [text('re slash')] })
  const { hostler, model } = world
  const submit = (slashCommands: 'literal' | 'run') =>
    hostler.runs.submit({ key: 'k', prompt: '/cost', slashCommands })
  expect(await world.ended(await submit('literal'))).toMatchObject({ text: 're slash' })
  expect(model.prompts[0]?.lastUserText).toContain('/cost')
  expect(await world.ended(await submit('run'))).toMatchObject({ outcome: 'ok' })
  expect(model.prompts).toHaveLength(1)
})

test('structured output is in the run', async () => {
  const schema = {
    type: 'object',
    properties: { n: { type: 'number' } },
    required: ['n'],
    additionalProperties: false,
  }
  await using world = await startTestService({
    script: [tool('StructuredOutput', { n: 42 }), text('done', { repeat: true })],
  })
  const run = await world.hostler.runs.submit({
    key: 'k',
    prompt: 'p',
    options: { outputFormat: { type: 'json_schema', schema } },
  })
  expect(await world.ended(run)).toMatchObject({ outcome: 'ok', structuredOutput: { n: 42 } })
})

test('OpenTelemetry hears of the run, its attempt, the turn and the tools in it', async () => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(provider)
  onTestFinished(async () => {
    trace.disable()
    context.disable()
    await provider.shutdown()
  })
  await using world = await startTestService({
    profile: { allowedTools: ['Bash'] },
    script: [tool('Bash', { command: 'touch made' }), text('done')],
  })
  const run = await world.hostler.runs.submit({ key: 'k', prompt: 'p' })
  await world.ended(run)
  await world.service.stop({ agents: 'drain', drainMs: 0 })
  const spans = exporter.getFinishedSpans()
  const way: string[] = []
  let at = spans.find(({ name }) => name === 'hostler.tool')
  expect(at?.attributes).toMatchObject({ 'hostler.tool.name': 'Bash' })
  while (at !== undefined) {
    way.unshift(at.name)
    const parentId = at.parentSpanContext?.spanId
    at = spans.find((one) => one.spanContext().spanId === parentId)
  }
  expect(way).toEqual(['hostler.run', 'hostler.attempt', 'hostler.turn', 'hostler.tool'])
  expect(spans).toHaveLength(4)
  const turn = spans.find(({ name }) => name === 'hostler.turn')
  expect(turn?.attributes).toMatchObject({ 'hostler.outcome': 'ok' })
})
