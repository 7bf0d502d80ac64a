import { toError } from '../../util/to-error.ts'
import { firstLimit, nextLimit } from './source.ts'

/** Reading on at the end of a stream, one read at a time, however often it is asked for. */
export type CatchUp = {
  readonly state: 'idle' | 'due' | 'reading' | 'reading, again'
  /** There is, or may be, more in the store. */
  ask(): void
  /** Resolves when nothing is being read. */
  settle(): Promise<void>
}

export function createCatchUp(options: {
  /** When nobody would see it, reading is put off until it is asked for again. */
  isWanted: () => boolean
  /** Reads one page and passes it on. */
  readPage: (limit: number) => Promise<readonly unknown[]>
  onError: (error: Error) => void
}): CatchUp {
  let state: CatchUp['state'] = 'idle'
  let reading: Promise<void> = Promise.resolve()

  async function readOn(): Promise<void> {
    let limit = firstLimit
    try {
      while (options.isWanted()) {
        const page = await options.readPage(limit)
        if (page.length < limit) {
          if (state === 'reading') return void (state = 'idle')
          state = 'reading'
        }
        limit = nextLimit(page, limit)
      }
    } catch (error) {
      options.onError(toError(error))
    }
    state = 'due'
  }

  return {
    get state() {
      return state
    },
    ask() {
      if (state === 'reading' || state === 'reading, again') state = 'reading, again'
      else if (!options.isWanted()) state = 'due'
      else {
        state = 'reading'
        reading = readOn()
      }
    },
    settle: () => reading,
  }
}
