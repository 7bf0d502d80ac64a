import { z } from 'zod'
import { hostlerError } from '../../errors.ts'
import { toScriptProblem } from '../script-problem.ts'
import type { FakeScenario, FakeStep } from './scenario.ts'

const fields = (
  'version text onStart turns everyTurn control onEnd lifetimeMs do state extra name input id ' +
  'isError line base64 kind bytes lines perSecond forMs where ms signals how seconds holdStdout ' +
  'ignoreTerm request toolName allow deny code signal'
).split(' ')

const text = z.string()
const optionalText = text.exactOptional()
const count = z.int().nonnegative()
const optionalCount = count.exactOptional()
const flag = z.boolean().exactOptional()
const object = z.record(text, z.unknown())
const signal = z.enum(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL', 'SIGSEGV'])
const steps: z.ZodType<FakeStep[]> = z.lazy(() => z.array(step))

const step: z.ZodType<FakeStep> = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('reply'), text: optionalText }),
  z.strictObject({ do: z.literal('begin') }),
  z.strictObject({
    do: z.enum(['end', 'result']),
    text: optionalText,
    extra: object.exactOptional(),
  }),
  z.strictObject({ do: z.enum(['init', 'silence']) }),
  z.strictObject({ do: z.literal('state'), state: z.enum(['running', 'requires_action', 'idle']) }),
  z.strictObject({
    do: z.literal('lifecycle'),
    state: z.enum(['queued', 'started', 'completed', 'cancelled']),
  }),
  z.strictObject({ do: z.enum(['assistant', 'delta']), text }),
  z.strictObject({ do: z.literal('tool_use'), name: text, input: object, id: text }),
  z.strictObject({ do: z.literal('tool_result'), id: text, text, isError: flag }),
  z.strictObject({ do: z.literal('emit'), line: z.unknown() }),
  z.strictObject({ do: z.literal('raw'), text: optionalText, base64: optionalText }),
  z.strictObject({
    do: z.literal('flood'),
    kind: z.enum(['text_delta', 'assistant']),
    bytes: count,
    lines: optionalCount,
    perSecond: z.number().positive().exactOptional(),
    forMs: optionalCount,
  }),
  z.strictObject({ do: z.literal('huge'), where: z.enum(['assistant', 'result']), bytes: count }),
  z.strictObject({ do: z.literal('stderr'), text: optionalText, bytes: optionalCount }),
  z.strictObject({ do: z.literal('wait'), ms: count }),
  z.strictObject({ do: z.literal('ignore_signals'), signals: z.array(signal) }),
  z.strictObject({
    do: z.literal('spawn'),
    how: z.enum(['plain', 'nohup', 'setsid']),
    seconds: optionalCount,
    holdStdout: flag,
    ignoreTerm: flag,
  }),
  z.strictObject({
    do: z.literal('ask'),
    toolName: text,
    input: object,
    allow: steps.exactOptional(),
    deny: steps.exactOptional(),
  }),
  z.strictObject({ do: z.literal('request'), request: object }),
  z.strictObject({ do: z.literal('exit'), code: count }),
  z.strictObject({ do: z.literal('kill'), signal }),
])

const scenario: z.ZodType<FakeScenario> = z.strictObject({
  version: optionalText,
  text: optionalText,
  onStart: steps.exactOptional(),
  turns: z.array(steps).exactOptional(),
  everyTurn: steps.exactOptional(),
  control: z.record(text, steps).exactOptional(),
  onEnd: steps.exactOptional(),
  lifetimeMs: optionalCount,
})

/**
 * Reads a scenario strictly.
 * @throws HostlerError `script_invalid`, naming the field.
 */
export function parseScenario(input: unknown, where = 'scenario'): FakeScenario {
  const parsed = scenario.safeParse(input, { reportInput: true })
  if (parsed.success) return parsed.data
  throw hostlerError('script_invalid', toScriptProblem(parsed.error.issues, { where, fields }))
}
