import type { RequestAnswer, StoredRequest } from '../../client/index.ts'
import type { PermissionRequest, QuestionRequest } from '../../events/human-request.ts'
import { didYouMean } from '../../util/suggest.ts'
import { readJsonObject } from '../run/flag-values.ts'
import { describeSuggestion } from '../terminal/describe-suggestions.ts'
import { usageError } from '../usage-error.ts'

export type AnswerFlags = {
  allow?: true
  /** With `allow`: for the rest of the session. */
  forSession?: true
  /** With `allow`: the number of an offered rule, from 1. */
  rule?: number
  /** The reason, or `true` without one. */
  deny?: string | true
  choice?: string[]
  text?: string[]
  content?: string
}

const denied = 'The user denied this.'

/** What the flags say, in the form that this kind of request takes. @throws usage */
export function toAnswer({ request, kind }: StoredRequest, given: AnswerFlags): RequestAnswer {
  const { forSession, rule, ...flags } = given
  const ways = Object.entries(flags).filter(([, value]) => value !== undefined)
  const isOfQuestion = flags.choice !== undefined || flags.text !== undefined
  if (ways.length === 0) throw usageError('there is no answer', `give ${waysOf(kind)}`)
  if (ways.length > 1 && !(ways.length === 2 && flags.choice && flags.text)) {
    throw usageError('there is more than one answer', `give one of ${waysOf(kind)}`)
  }
  if (isOfQuestion !== (request.kind === 'question') && flags.deny === undefined) {
    throw usageError(`this is a ${kind}`, `give ${waysOf(kind)}`)
  }
  if (forSession !== undefined || rule !== undefined) {
    if (request.kind !== 'permission' || flags.allow === undefined) {
      const flag = rule === undefined ? '--for-session' : '--rule'
      throw usageError(`${flag}: nothing is allowed`, 'give it with --allow, for a permission')
    }
    return toLastingAnswer(request, { forSession, rule })
  }
  if (flags.content !== undefined && request.kind !== 'elicitation') {
    throw usageError(`--content: this is a ${kind}`, `give ${waysOf(kind)}`)
  }
  if (request.kind === 'elicitation') {
    if (flags.deny !== undefined) return { action: 'decline' }
    if (flags.content === undefined) return { action: 'accept' }
    return { action: 'accept', content: readJsonObject('--content', flags.content) }
  }
  if (flags.deny !== undefined) {
    return { behavior: 'deny', message: flags.deny === true ? denied : flags.deny }
  }
  if (request.kind !== 'question') return { behavior: 'allow' }
  return {
    behavior: 'allow',
    updatedInput: { ...request.input, answers: toAnswers(request, flags) },
  }
}

function toLastingAnswer(
  { suggestions }: PermissionRequest,
  { forSession, rule }: { forSession: true | undefined; rule: number | undefined },
): RequestAnswer {
  if (rule === undefined) return { behavior: 'allow', scope: 'session' }
  if (forSession !== undefined) {
    throw usageError('there is more than one answer', 'give one of --for-session and --rule')
  }
  const chosen = suggestions[rule - 1]
  if (chosen !== undefined) return { behavior: 'allow', updatedPermissions: [chosen] }
  const offered = suggestions.map((one, index) => `${index + 1} ${describeSuggestion(one)}`)
  throw usageError(
    `--rule: no rule ${rule} is offered`,
    offered.length === 0 ? 'give --for-session' : `there are: ${offered.join(', ')}`,
  )
}

/**
 * `--choice "label"` answers the question that has it; `--choice "question=label"` the one that is
 * meant. Several labels of one question are joined by ", ", as the CLI wants them.
 */
function toAnswers(
  { questions }: QuestionRequest,
  { choice = [], text = [] }: AnswerFlags,
): Record<string, string> {
  const answers = new Map<string, string[]>()
  function add(question: string, answer: string): void {
    answers.set(question, [...(answers.get(question) ?? []), answer])
  }
  for (const one of choice) {
    const found = questions.flatMap(({ question, header, options }) =>
      options
        .filter(({ label }) => [label, `${question}=${label}`, `${header}=${label}`].includes(one))
        .map(({ label }) => ({ question, label })),
    )
    const [first, second] = found
    if (first === undefined) throw unknownChoice(questions, one)
    if (second !== undefined) {
      throw usageError(`--choice: "${one}" is in several questions`, 'give "question=label"')
    }
    add(first.question, first.label)
  }
  for (const one of text) {
    const named = questions.find(({ question, header }) =>
      [question, header].some((name) => one.startsWith(`${name}=`)),
    )
    const open = questions.filter(({ question }) => !answers.has(question))
    const question = named?.question ?? (open.length === 1 ? open[0]?.question : undefined)
    if (question === undefined) {
      throw usageError('--text: there are several questions', 'give "question=text"')
    }
    add(question, named === undefined ? one : one.slice(one.indexOf('=', startOf(named, one)) + 1))
  }
  const left = questions.find(({ question }) => !answers.has(question))
  if (left !== undefined) {
    throw usageError(`no answer to "${left.question}"`, 'answer each question: --choice, or --text')
  }
  return Object.fromEntries([...answers].map(([name, parts]) => [name, parts.join(', ')]))
}

/** Where the `=` behind its name is: a question may have others in it. */
function startOf({ question, header }: { question: string; header: string }, text: string): number {
  return text.startsWith(`${question}=`) ? question.length : header.length
}

function unknownChoice(questions: QuestionRequest['questions'], choice: string): Error {
  const labels = questions.flatMap(({ options }) => options.map(({ label }) => label))
  return usageError(
    `--choice: nothing is called "${choice}"${didYouMean(choice, labels)}`,
    `there are: ${labels.join(', ')}; or give --text`,
  )
}

function waysOf(kind: StoredRequest['kind']): string {
  switch (kind) {
    case 'permission':
      return '--allow [--for-session | --rule <n>] or --deny [reason]'
    case 'plan':
    case 'review':
      return '--allow or --deny [reason]'
    case 'question':
      return '--choice <label>, --text <text> or --deny [reason]'
    case 'elicitation':
      return "--allow, --content '{…}' or --deny"
    default:
      return kind satisfies never
  }
}
