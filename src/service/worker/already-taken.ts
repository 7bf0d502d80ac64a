import type { AttemptRow } from '../../store/tables.ts'

const code = 'prompt_already_taken'

/**
 * Whether an attempt came to nothing because the CLI knows the prompt's id, and had no turn of it to take
 * up: after a second failure of the API, for one. Nothing has been tried, and another id does it.
 */
export function wasAlreadyTaken({ error }: { error: { code: string } | null }): boolean {
  return error?.code === code
}

/** The same of an attempt as it is stored. */
export function wasRowAlreadyTaken({ error }: Pick<AttemptRow, 'error'>): boolean {
  return error !== null && wasAlreadyTaken({ error: JSON.parse(error) })
}
