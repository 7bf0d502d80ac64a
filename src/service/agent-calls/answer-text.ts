import type { HumanRequest } from '../../events/human-request.ts'
import type { RequestRow } from '../../store/tables.ts'
import type { RequestAnswer } from '../contract/request.ts'

/** What an agent is told of the answer to its one question; null while there is none. */
export function answerText(row: Pick<RequestRow, 'data' | 'state' | 'answer'>): string | null {
  switch (row.state) {
    case 'open':
      return null
    case 'expired':
      return 'Nobody answered in time. Go on as you think best, and say in your reply what you assumed.'
    case 'withdrawn':
      return 'The question was withdrawn.'
    case 'answered':
      return told(row)
    default:
      return row.state satisfies never
  }
}

function told({ data, answer: text }: Pick<RequestRow, 'data' | 'answer'>): string {
  const answer: RequestAnswer | null = text === null ? null : JSON.parse(text)
  if (answer === null || 'action' in answer) return 'The human gave no answer.'
  if (answer.behavior === 'deny') return `The human did not answer, but says: ${answer.message}`
  const request: HumanRequest = JSON.parse(data)
  const answers: unknown = answer.updatedInput?.['answers']
  const question = request.kind === 'question' ? request.questions[0]?.question : undefined
  if (question === undefined || typeof answers !== 'object' || answers === null) {
    return 'The human gave no answer.'
  }
  const found: unknown = Reflect.get(answers, question)
  return typeof found === 'string' ? found : 'The human gave no answer.'
}
