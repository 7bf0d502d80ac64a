/** The life of one HTTP call: ended by whoever may end it, or by the clock. */
export type Call = {
  readonly signal: AbortSignal
  readonly isTimedOut: boolean
  /** The answer has begun: the clock is stopped. */
  answered(): void
  /** Lets go of the signals, and of the connection where it is still open. */
  end(): void
}

/**
 * By hand and not with `AbortSignal.any`: a client lives long, and each of its calls has to let go of the
 * client's own signal.
 */
export function startCall(signals: (AbortSignal | undefined)[], timeoutMs: number): Call {
  const controller = new AbortController()
  const given = signals.filter((one) => one !== undefined)
  let isTimedOut = false
  const onAbort = (): void => controller.abort(given.find((one) => one.aborted)?.reason)
  for (const one of given) one.addEventListener('abort', onAbort, { once: true })
  if (given.some((one) => one.aborted)) onAbort()
  const timer = setTimeout(() => {
    isTimedOut = true
    controller.abort()
  }, timeoutMs)
  return {
    signal: controller.signal,
    get isTimedOut() {
      return isTimedOut
    },
    answered: () => clearTimeout(timer),
    end() {
      clearTimeout(timer)
      for (const one of given) one.removeEventListener('abort', onAbort)
      controller.abort()
    },
  }
}
