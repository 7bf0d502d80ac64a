import * as lines from './lines.ts'
import { writeLine } from './output.ts'

/** What the fake does for a control request, apart from the answer. */
export type ControlEffects = {
  interrupt: () => string[]
  exit: () => void
}

/** Answers a control request as the real CLI does, as far as supervisors need it. */
export function answerControl(
  request: { id: string; subtype: string; body: Record<string, unknown> },
  state: lines.FakeState,
  effects: ControlEffects,
): void {
  const { body } = request
  switch (request.subtype) {
    case 'initialize':
      return succeed(request.id, {
        commands: [],
        agents: [],
        output_style: 'default',
        available_output_styles: ['default'],
        models: [{ value: 'default', displayName: 'Default', description: 'Fake' }],
        account: { tokenSource: 'none', apiKeySource: 'ANTHROPIC_API_KEY' },
        pid: process.pid,
        claude_code_version: state.version,
        current_permission_mode: state.permissionMode,
        session_state: 'idle',
        capabilities: [],
      })
    case 'interrupt':
      return succeed(request.id, { still_queued: effects.interrupt() })
    case 'set_model':
      if (typeof body['model'] === 'string') state.model = body['model']
      return succeed(request.id, { model: state.model })
    case 'set_permission_mode':
      state.permissionMode = String(body['mode'])
      succeed(request.id, { mode: state.permissionMode })
      return writeLine({
        type: 'system',
        subtype: 'status',
        status: null,
        permissionMode: state.permissionMode,
        session_id: state.sessionId,
      })
    case 'end_session':
      succeed(request.id, {})
      return effects.exit()
    default:
      return writeLine({
        type: 'control_response',
        response: {
          subtype: 'error',
          request_id: request.id,
          error: `Unsupported control request subtype: ${request.subtype}`,
          error_code: 'unsupported_request',
        },
      })
  }
}

function succeed(id: string, response: Record<string, unknown>): void {
  writeLine({
    type: 'control_response',
    response: { subtype: 'success', request_id: id, response },
  })
}
