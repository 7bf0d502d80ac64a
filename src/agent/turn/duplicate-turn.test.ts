import { expect, test } from 'vitest'
import { foldMessage } from './fold-message.ts'
import { toTurnResult } from './to-turn-result.ts'
import { newTurnRun } from './turn-run.ts'

test('what was steered into a turn that was none is not answered, whatever the CLI does after it', () => {
  const run = newTurnRun({
    promptId: 'p',
    userMessage: {},
    wantsStructuredOutput: false,
    iterate: () => {
      throw new Error('nobody listens')
    },
  })
  run.evidence.steered.set('s', 'sent')
  // The CLI knows the prompt, and has nothing to do.
  const lifecycle = { type: 'command_lifecycle', command_uuid: 'p', state: 'completed' }
  foldMessage(run.evidence, lifecycle)
  foldMessage(run.evidence, { type: 'system', subtype: 'session_state_changed', state: 'idle' })
  expect(run.evidence).toMatchObject({ isOver: true, isDuplicate: true })
  const context = { agentId: 'a', sessionId: null, exit: null, endedAt: 0 }
  const result = toTurnResult(run, { ...context, isLost: false, stderrTail: '', isDiskFull: false })
  expect(result).toMatchObject({
    error: { code: 'prompt_already_taken' },
    steeredPromptIds: [],
    unansweredPromptIds: ['s'],
  })
})
