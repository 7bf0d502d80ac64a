import { judgement, loginCure, type Judgement } from './judgement.ts'
import type { TurnEvidence } from './turn-evidence.ts'

/** Why hostler itself ended a turn. The first reason stands. */
export type StopCause =
  | 'cancelled'
  | 'parked'
  | 'timeout'
  | 'stalled'
  | 'no_first_event'
  | 'start_timeout'
  | 'auth'
  | 'output_limit'
  | 'not_writable'
  | 'disk_full'
  | 'denied'
  | 'detached'
  | 'not_sent'

/** What becomes of a turn that hostler itself has ended. */
export function judgeStop(cause: StopCause, turn: TurnEvidence): Judgement {
  switch (cause) {
    case 'cancelled':
      return judgement('cancelled', 'cancelled', 'the turn was cancelled', null)
    case 'parked':
      return judgement(
        'parked',
        'parked',
        'the agent was ended while its turn waited for an answer',
        'resume the session with a prompt that tells the answer',
      )
    case 'timeout':
      return judgement(
        'timeout',
        'timeout',
        'the turn took longer than timeoutMs',
        'raise timeoutMs',
      )
    case 'stalled':
      return judgement(
        'stalled',
        'stalled',
        'the agent said nothing for stallTimeoutMs',
        'retry it; where tools are slow to answer, raise stallTimeoutMs',
      )
    case 'no_first_event':
      return judgement(
        'stalled',
        'no_first_event',
        'the agent said nothing after its prompt for firstEventTimeoutMs',
        'retry it; where the machine is slow, raise firstEventTimeoutMs',
      )
    case 'start_timeout':
      return judgement(
        'spawn_failed',
        'start_timeout',
        'claude did not answer within startTimeoutMs',
        'look at err.log in the agent’s folder, or raise startTimeoutMs',
      )
    case 'auth':
      return {
        ...judgement(
          'auth',
          turn.retry?.kind || 'authentication_failed',
          'the API refused the credentials',
          loginCure,
        ),
        apiStatus: turn.retry?.status ?? 401,
      }
    case 'output_limit':
      return judgement(
        'output_limit',
        'output_limit',
        'the agent’s log outgrew maxLogBytes',
        'raise maxLogBytes, or start a fresh agent for the session earlier',
      )
    case 'not_writable':
      return judgement(
        'lost',
        'not_writable',
        'the former supervisor died while it was writing to the agent',
        'resume the session in a new agent',
      )
    case 'detached':
      return judgement(
        'lost',
        'detached',
        'this supervisor has left the agent, which goes on',
        'attach to it again',
      )
    case 'not_sent':
      return judgement(
        'lost',
        'not_sent',
        'the agent ended before it was given this prompt',
        'send it again, with resume',
      )
    case 'disk_full':
      return judgement('disk_full', 'disk_full', 'the disk is full', 'free some space and retry')
    case 'denied':
      return judgement(
        'permission_denied',
        'permission_denied',
        'a permission was denied, and the turn ended with it',
        null,
      )
    default:
      return cause satisfies never
  }
}
