const firstMs = 100
const longestMs = 10_000

/** How long to wait before the next try: doubled each time, bounded, and never in step with others. */
export function backoffMs(failures: number, floorMs: number = firstMs): number {
  const full = Math.min(longestMs, Math.max(firstMs, floorMs) * 2 ** Math.min(failures, 20))
  return Math.round(full * (0.5 + Math.random() / 2))
}

/** Resolves after `ms`, or as soon as one of the signals aborts. */
export async function pause(ms: number, signals: (AbortSignal | undefined)[]): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(end, ms)
    for (const one of signals) one?.addEventListener('abort', end)
    if (signals.some((one) => one?.aborted === true)) end()
    function end(): void {
      clearTimeout(timer)
      for (const one of signals) one?.removeEventListener('abort', end)
      resolve()
    }
  })
}
