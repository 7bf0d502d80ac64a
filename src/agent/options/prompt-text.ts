import { hostlerError } from '../../errors.ts'

/**
 * Refuses text that would not reach the model as written. NUL, CR and other control characters do
 * (run on 2.1.197 and 2.1.328); half a surrogate pair is replaced by U+FFFD on the way, and white
 * space alone is answered by the CLI itself.
 * @throws HostlerError `invalid_prompt`
 */
export function checkPromptText(text: string, where: string): void {
  if (text.trim() === '') {
    throw hostlerError('invalid_prompt', {
      problem: `${where} is ${text === '' ? 'empty' : 'only white space'}`,
      cure: 'say what the agent is to do',
    })
  }
  const broken = loneSurrogateAt(text)
  if (broken === null) return
  const code = text.charCodeAt(broken).toString(16).toUpperCase()
  throw hostlerError('invalid_prompt', {
    problem: `${where} has half a character at index ${broken} (lone surrogate U+${code})`,
    cure: 'it cannot be sent as UTF-8: cut texts between characters, or pass them through toWellFormed()',
  })
}

/** Where half a surrogate pair stands in `text`, or null. */
export function loneSurrogateAt(text: string): number | null {
  // In a `u` pattern a pair is one character, so that only halves are of this category.
  const index = text.search(/\p{Cs}/u)
  return index === -1 ? null : index
}
