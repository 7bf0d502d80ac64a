import { availableParallelism, totalmem } from 'node:os'

/** What the defaults of limits are reckoned from. */
export type Machine = { cores: number; memoryBytes: number }

/** This machine, or the part of it that the container may use. */
export function readMachine(): Machine {
  const total = totalmem()
  // 0, or more than there is, where no limit is set.
  const limit = process.constrainedMemory()
  const memoryBytes = limit > 0 && limit < total ? limit : total
  return { cores: availableParallelism(), memoryBytes }
}

const mebibyte = 1024 ** 2

/**
 * A turn mostly waits for the model: cores take several. An agent at work with its tools is reckoned
 * with 512 MiB; one that is idle holds about 100 MB of its own.
 */
export function defaultLimits({ cores, memoryBytes }: Machine): {
  perWorker: number
  minFreeMemoryBytes: number
  maxWarmMemoryBytes: number
} {
  const byMemory = Math.floor(memoryBytes / (512 * mebibyte))
  const quarter = Math.floor(memoryBytes / 4)
  return {
    perWorker: Math.max(1, Math.min(cores * 4, byMemory)),
    // On a machine of 1 GiB no turn would ever start otherwise.
    minFreeMemoryBytes: Math.min(1024 * mebibyte, quarter),
    maxWarmMemoryBytes: quarter,
  }
}
