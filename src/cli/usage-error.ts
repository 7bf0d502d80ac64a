import { hostlerError } from '../errors.ts'

/** What was typed is wrong: which part, how, and what would be right. Exit code 2. */
export function usageError(problem: string, cure: string): Error {
  return hostlerError('usage', { problem, cure })
}
