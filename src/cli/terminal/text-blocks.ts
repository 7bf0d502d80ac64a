import type { Screen } from './screen.ts'

/** Writes the blocks of an answer, an empty line between them, each once. */
export type TextBlocks = {
  readonly hasWritten: boolean
  delta(text: string): void
  block(text: string): void
}

/**
 * On a terminal a block is written as it grows. In a pipe it is written when it is complete: when a
 * connection breaks off in mid-block the CLI begins it anew, and what is in a pipe cannot be taken back.
 */
export function createTextBlocks(screen: Screen): TextBlocks {
  let count = 0
  let streamed = ''

  function begin(): void {
    screen.beginBlock()
    count++
  }

  return {
    get hasWritten() {
      return count > 0
    },
    delta(text) {
      if (!screen.streams || text === '') return
      if (streamed === '') begin()
      streamed += text
      screen.write(text)
    },
    block(text) {
      const isWhole = streamed !== '' && text.startsWith(streamed)
      if (streamed !== '' && !isWhole) {
        screen.note(screen.paint.dim('· the connection broke; this part of the answer begins anew'))
      }
      if (!isWhole && text !== '') begin()
      screen.write(isWhole ? text.slice(streamed.length) : text)
      screen.endLine()
      streamed = ''
    },
  }
}
