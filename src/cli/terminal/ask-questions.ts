import type { PermissionResult } from '../../agent/index.ts'
import type { Question, QuestionRequest } from '../../events/human-request.ts'
import type { Asking } from './asking.ts'
import type { Keyboard } from './keyboard.ts'

const other = 'Other…'

/** Asks what the agent wants to know. Several labels are joined by ", ", as the CLI wants them. */
export async function askQuestions(
  request: QuestionRequest,
  { keyboard }: Asking,
): Promise<PermissionResult | null> {
  const answers: Record<string, string> = {}
  for (const question of request.questions) {
    // One keyboard, one question at a time.
    const answer = await (question.multiSelect ? askSeveral : askOne)(question, keyboard)
    if (answer === null) return null
    answers[question.question] = answer
  }
  return { behavior: 'allow', updatedInput: { ...request.input, answers } }
}

async function askOne(question: Question, keyboard: Keyboard): Promise<string | null> {
  const answer = await keyboard.choose(question.question, choicesOf(question))
  if (answer !== other) return answer
  return await keyboard.write(question.question, { isNeeded: true })
}

async function askSeveral(question: Question, keyboard: Keyboard): Promise<string | null> {
  const chosen = await keyboard.chooseSeveral(question.question, choicesOf(question))
  if (chosen === null) return null
  const labels = chosen.filter((one) => one !== other)
  if (chosen.length > 0 && labels.length === chosen.length) return labels.join(', ')
  const written = await keyboard.write(question.question, { isNeeded: true })
  return written === null ? null : [...labels, written].join(', ')
}

function choicesOf({ options }: Question): { value: string; label: string }[] {
  return [
    ...options.map(({ label, description }) => ({
      value: label,
      label: description === '' ? label : `${label}: ${description}`,
    })),
    { value: other, label: other },
  ]
}
