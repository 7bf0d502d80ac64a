import type { RequestAnswer, StoredRequest } from '../../client/index.ts'
import { describeSuggestion } from '../terminal/describe-suggestions.ts'

/** What was answered, in a few words; null while nobody has. */
export function describeAnswer({
  kind,
  answer,
}: Pick<StoredRequest, 'kind' | 'answer'>): string | null {
  if (answer === null) return null
  if ('action' in answer) return describeElicited(answer)
  if (answer.behavior === 'deny') {
    return `${kind === 'review' ? 'sent back' : 'denied'}: ${answer.message}`
  }
  const words = wordsOf(answer.updatedInput?.['answers'])
  if (words !== null) return words
  if (kind === 'review') return 'accepted'
  if (answer.scope === 'session') return 'allowed for the session'
  const kept = (answer.updatedPermissions ?? []).map(describeSuggestion)
  return kept.length === 0 ? 'allowed' : `allowed, and kept: ${kept.join(', ')}`
}

function describeElicited(answer: Extract<RequestAnswer, { action: string }>): string {
  switch (answer.action) {
    case 'accept':
      return answer.content === undefined ? 'accepted' : JSON.stringify(answer.content)
    case 'decline':
      return 'declined'
    case 'cancel':
      return 'cancelled'
    default:
      return answer satisfies never
  }
}

/** Answers by their questions; of one that is alone everybody knows what it answers. */
function wordsOf(answers: unknown): string | null {
  if (typeof answers !== 'object' || answers === null) return null
  const given = Object.entries(answers).map(([question, words]): [string, string] => [
    question,
    Array.isArray(words) ? words.join(', ') : String(words),
  ])
  const [first] = given
  if (first !== undefined && given.length === 1) return first[1]
  return given.map(([question, words]) => `${question} ${words}`).join(' · ')
}
