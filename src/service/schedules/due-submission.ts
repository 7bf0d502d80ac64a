import type { Submission } from '../contract/run.ts'
import type { ScheduledSubmission } from '../contract/schedule.ts'

/** What is submitted for the time `at`: `{at}` in its key is that time, as `20261120T023000Z`. */
export function toDueSubmission(submission: ScheduledSubmission, at: number): Submission {
  const { key } = submission
  return key === undefined
    ? submission
    : { ...submission, key: key.replaceAll('{at}', compact(at)) }
}

function compact(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}
