/**
 * Of one core. A CLI that waits for the API, a tool or its own end takes up to 2 % of one (measured with
 * both versions, in seconds of silence): its timers and its garbage collector. One that computes takes
 * all that it gets.
 */
const busyShare = 0.05

/** So often an agent that is silent and busy is given another while: four in all, then it is stalled. */
const maxPardons = 3

export type SilenceWatch = {
  /** The agent is silent since `since`, and may be for `limitMs`. Epoch milliseconds. */
  look(at: number, since: number, limitMs: number): void
  /** It is not silent, or nothing follows from its silence. */
  reset(): void
}

/**
 * Decides on silence. Whether the agent is at work nevertheless is told from the CPU time that it and
 * its tools have used in the second half of the while: reading it costs a walk over all processes, which
 * the many short silences of a turn are not worth.
 */
export function watchSilence(options: {
  readCpuMs: () => Promise<number | null>
  /** It has been silent for too long, and used its processor for nothing. */
  onStalled: () => void
  onBusy: () => void
}): SilenceWatch {
  const { readCpuMs, onStalled, onBusy } = options
  let silence = newSilence()

  async function note(one: Silence, at: number): Promise<void> {
    one.halfway = { at, cpuMs: await readCpuMs() }
  }

  async function judge(one: Silence, at: number): Promise<void> {
    const cpuMs = await readCpuMs()
    if (one !== silence) return
    const { halfway } = one
    const usedMs = cpuMs === null || halfway?.cpuMs == null ? 0 : cpuMs - halfway.cpuMs
    const isBusy = halfway !== null && usedMs > busyShare * (at - halfway.at)
    if (!isBusy || one.pardons >= maxPardons) return onStalled()
    silence = { ...newSilence(), pardons: one.pardons + 1, pardonedAt: at }
    onBusy()
  }

  return {
    look(at, since, limitMs) {
      const quietMs = at - Math.max(since, silence.pardonedAt)
      if (quietMs > limitMs / 2 && !silence.isNoted) {
        silence.isNoted = true
        // Reading the processes does not fail; a silence that has ended meanwhile is not asked again.
        void note(silence, at)
      }
      if (quietMs > limitMs && !silence.isJudged) {
        silence.isJudged = true
        void judge(silence, at)
      }
    },
    reset() {
      if (silence.isNoted || silence.pardons > 0) silence = newSilence()
    },
  }
}

type Silence = {
  halfway: { at: number; cpuMs: number | null } | null
  isNoted: boolean
  isJudged: boolean
  pardons: number
  pardonedAt: number
}

function newSilence(): Silence {
  return { halfway: null, isNoted: false, isJudged: false, pardons: 0, pardonedAt: 0 }
}
