/** A signal that a fake claude can ignore or kill itself with. */
export type FakeSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGKILL' | 'SIGSEGV'

/**
 * One thing that a fake claude does. In all texts, and in every string of an emitted line,
 * `{{sessionId}}`, `{{promptId}}`, `{{prompt}}` and `{{uuid}}` (a fresh one) are filled in.
 */
export type FakeStep =
  /** A whole turn as the real CLI plays it: begin, the assistant's text, end. */
  | { do: 'reply'; text?: string }
  /** What opens a turn: state running, the prompt queued and started, init. */
  | { do: 'begin' }
  /** What closes a turn: the result, the prompt completed, state idle. `extra` is laid over the result. */
  | { do: 'end'; text?: string; extra?: Record<string, unknown> }
  | { do: 'init' }
  | { do: 'state'; state: 'running' | 'requires_action' | 'idle' }
  | { do: 'lifecycle'; state: 'queued' | 'started' | 'completed' | 'cancelled' }
  | { do: 'assistant'; text: string }
  | { do: 'delta'; text: string }
  | { do: 'tool_use'; name: string; input: Record<string, unknown>; id: string }
  | { do: 'tool_result'; id: string; text: string; isError?: boolean }
  /** The result line alone; `extra` is laid over it. */
  | { do: 'result'; text?: string; extra?: Record<string, unknown> }
  /** Any JSON value as one line. */
  | { do: 'emit'; line: unknown }
  /** Bytes as they are; no newline is added. */
  | { do: 'raw'; text?: string; base64?: string }
  /**
   * Numbered lines (ten digits at the start of the text). `bytes` is the length of a line with its
   * newline; small ones are as long as they must be. Without `lines` and `forMs` it never ends;
   * without `perSecond` it is as fast as the disk.
   */
  | {
      do: 'flood'
      kind: 'text_delta' | 'assistant'
      bytes: number
      lines?: number
      perSecond?: number
      forMs?: number
    }
  /** One line whose text has so many bytes. */
  | { do: 'huge'; where: 'assistant' | 'result'; bytes: number }
  | { do: 'stderr'; text?: string; bytes?: number }
  | { do: 'wait'; ms: number }
  /** Nothing more, until a signal or an interrupt. */
  | { do: 'silence' }
  | { do: 'ignore_signals'; signals: FakeSignal[] }
  /**
   * Leaves a `sleep` behind: `plain` in the fake's own group, `nohup` deaf to SIGHUP, `setsid` in a
   * session of its own, as the real CLI's tools are. Says its pid in a line of type `fake_spawned`.
   */
  | {
      do: 'spawn'
      how: 'plain' | 'nohup' | 'setsid'
      /** Default 300, so that a broken test leaves nothing for ever. */
      seconds?: number
      holdStdout?: boolean
      ignoreTerm?: boolean
    }
  /** Asks `can_use_tool`, waits for the answer, and goes on with one of the two. */
  | {
      do: 'ask'
      toolName: string
      input: Record<string, unknown>
      allow?: FakeStep[]
      deny?: FakeStep[]
    }
  /** Sends any control request, waits for the answer, and tells it in a line of type `fake_answered`. */
  | { do: 'request'; request: Record<string, unknown> }
  | { do: 'exit'; code: number }
  | { do: 'kill'; signal: FakeSignal }

/** What a fake claude does, and when. Everything may be left out: then it answers as the real one. */
export type FakeScenario = {
  /** Default 2.1.328. */
  version?: string
  /** What `reply` and `end` say; default `echo: {{prompt}}`. */
  text?: string
  /** Before anything is read: what waits here, e.g. `silence`, keeps it from ever being ready. */
  onStart?: FakeStep[]
  /** For the first, second, … prompt. */
  turns?: FakeStep[][]
  /** For every prompt that `turns` has nothing for. Default `[{ do: 'reply' }]`. */
  everyTurn?: FakeStep[]
  /** Instead of the usual answer to a control request of this subtype; `[]` never answers. */
  control?: Record<string, FakeStep[]>
  /** When stdin ends and all prompts are answered. Default: exit as the last result says. */
  onEnd?: FakeStep[]
  /** Ends itself with SIGKILL after so long; default ten minutes. */
  lifetimeMs?: number
}
