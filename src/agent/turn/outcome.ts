import type { ProcessExit } from '../../events/turn-result.ts'
import { lastLine } from '../../util/last-line.ts'
import { apiOutcome } from './api-outcome.ts'
import { judgement, type Judgement } from './judgement.ts'
import type { ResultFigures } from '../messages/result-figures.ts'
import { judgeStop, type StopCause } from './stop-outcome.ts'
import type { TurnEvidence } from './turn-evidence.ts'

/** All that is known when a turn has ended, one way or another. */
export type OutcomeEvidence = {
  turn: TurnEvidence
  cause: StopCause | null
  /** `null` while the process lives. */
  exit: ProcessExit | null
  /** The process is gone and nobody knows how. */
  isLost: boolean
  /** The last of stderr: for messages and for start-up failures, never for deciding on a turn that ran. */
  stderrTail: string
  isDiskFull: boolean
}

/**
 * Decides why a turn ended, from everything known: our own stop, the result, the API error, the exit.
 * Never from the exit code alone (SIGINT exits 0, a failed turn of a warm agent exits not at all), and
 * never from words: only start-up failures, which say nothing else, are told apart by their text.
 */
export function decideOutcome(evidence: OutcomeEvidence): Judgement {
  const { turn, cause } = evidence
  const result = turn.results.at(-1) ?? null
  const isOurs = cause === null || !turn.results.some(isInterruption)
  const finishedWell = result !== null && !result.isError && turn.isOver && isOurs
  // A reply that was complete before our stop took effect is a reply; but one that comes after an
  // interruption is that of a prompt which was sent into the turn.
  if (cause !== null && !finishedWell) return judgeStop(cause, turn)
  if (evidence.isDiskFull && !finishedWell) return judgeStop('disk_full', turn)
  if (result === null) return judgeSilence(evidence)
  if (!result.isError) return judgeSuccess(result, turn)
  const judged = judgeError(result, evidence)
  return { ...judged, apiStatus: judged.apiStatus ?? result.apiStatus }
}

function judgeSuccess(result: ResultFigures, turn: TurnEvidence): Judgement {
  if (turn.wantsStructuredOutput && !result.hasStructuredOutput && result.localCommand === null) {
    return judgement(
      'agent_error',
      'structured_output_missing',
      'the agent ended without the structured output that it was asked for',
      'say in the prompt what the fields mean, or retry',
    )
  }
  const isEmpty = result.text === '' && turn.text === '' && !result.hasStructuredOutput
  if (isEmpty && result.localCommand === null && result.stopReason !== null) {
    return judgement('agent_error', 'empty_reply', 'the agent’s reply is empty', 'retry it')
  }
  return { outcome: 'ok', error: null, apiStatus: null, retryAt: null }
}

function judgeError(result: ResultFigures, evidence: OutcomeEvidence): Judgement {
  const message = result.text || result.errors.join('; ') || `claude reported ${result.subtype}`
  switch (result.subtype) {
    case 'error_max_turns':
      return judgement('max_turns', 'max_turns', message, 'raise maxTurns, or go on with --resume')
    case 'error_max_budget_usd':
      return judgement('budget_exceeded', 'budget_exceeded', message, 'raise maxBudgetUsd')
    case 'error_max_structured_output_retries':
      return judgement('agent_error', 'structured_output_invalid', message, 'simplify the schema')
    case 'error_during_execution':
      return judgeExecution(result, message)
    default:
  }
  if (result.stopReason === 'refusal') {
    return judgement('refused', 'refusal', message, 'put the prompt another way')
  }
  if (result.terminalReason === 'prompt_too_long' || result.terminalReason === 'blocking_limit') {
    return judgement('context_overflow', 'prompt_too_long', message, 'send less, or /compact first')
  }
  return apiOutcome(result, evidence.turn, message)
}

function judgeExecution(result: ResultFigures, message: string): Judgement {
  if (result.errors.some((one) => one.startsWith('No conversation found'))) {
    return judgement(
      'session_not_found',
      'session_not_found',
      message,
      'start a new session, or resume one that hostler agents or ~/.claude/projects shows',
    )
  }
  // Somebody else sent SIGINT to the CLI: it writes this result and exits with 0.
  if (isInterruption(result)) {
    return judgement('cancelled', 'interrupted', 'the turn was interrupted', null)
  }
  return judgement('agent_error', 'error_during_execution', message, null)
}

function isInterruption({ isError, terminalReason }: ResultFigures): boolean {
  return isError && terminalReason?.startsWith('aborted') === true
}

/** The turn ended without any result. */
function judgeSilence({ turn, exit, isLost, stderrTail }: OutcomeEvidence): Judgement {
  const said = lastLine(stderrTail)
  if (turn.isDuplicate) {
    return judgement(
      'protocol',
      'prompt_already_taken',
      'claude knows this prompt’s id already and did not run it again',
      'send it under a new promptId',
    )
  }
  if (exit === null && !isLost) {
    return judgement('protocol', 'no_result', 'claude ended the turn without a result', 'retry it')
  }
  if (exit === null) {
    return judgement(
      'lost',
      'lost',
      'the agent is gone, and how it ended is not known',
      'resume it',
    )
  }
  if (exit.signal !== null) {
    const cure = 'retry it with resume; after SIGKILL look for an out-of-memory kill'
    return judgement('killed', exit.signal, `the agent was killed by ${exit.signal}`, cure)
  }
  if (turn.hasRun) {
    const how = `claude exited with ${exit.code} in mid-turn`
    return judgement('protocol', 'no_result', said === '' ? how : `${how}: ${said}`, 'resume it')
  }
  if (/already in use/.test(said)) {
    return judgement('spawn_failed', 'session_in_use', said, 'go on with resume instead')
  }
  if (/No conversation found/.test(said)) {
    return judgement('session_not_found', 'session_not_found', said, 'start a new session')
  }
  const message = said === '' ? `claude exited with ${exit.code} before it answered` : said
  return judgement('spawn_failed', 'start_failed', message, 'try the same with claude -p')
}
