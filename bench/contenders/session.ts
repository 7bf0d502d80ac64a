/** One live CLI under one contender, taking one turn after another. */
export type Session = {
  turn(prompt: string): Promise<TurnFigures>
  close(): Promise<void>
}

/** Milliseconds since the prompt was handed over. */
export type TurnFigures = {
  /** The result message has been read. */
  resultMs: number
  /** The CLI has said that it is idle again: the turn is over for good. */
  endMs: number
  /** What the contender has handed to its caller; 0 when nobody listens. */
  messages: number
}

/** Starts a CLI without waiting for it. */
export type OpenSession = (
  options: SessionOptions,
) => Promise<Session & { ready: Promise<unknown> }>

export type SessionOptions = {
  claudeBin: string
  /** The whole environment of the CLI. */
  env: Record<string, string>
  /** An empty folder to work in. */
  cwd: string
  /** Where a contender may keep files. */
  dir: string
}

/** Collects the two moments of a turn. */
export function createStopwatch(): {
  see: (message: { type?: unknown; state?: unknown }) => boolean
  count: () => void
  figures: () => TurnFigures
} {
  const startedAt = performance.now()
  const figures: TurnFigures = { resultMs: 0, endMs: 0, messages: 0 }
  return {
    /** True when the turn is over. */
    see({ type, state }) {
      if (type === 'result') figures.resultMs = performance.now() - startedAt
      if (state !== 'idle' || figures.resultMs === 0) return false
      figures.endMs = performance.now() - startedAt
      return true
    },
    count: () => void figures.messages++,
    figures: () => figures,
  }
}
