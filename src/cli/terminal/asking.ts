import type { Keyboard } from './keyboard.ts'
import type { Screen } from './screen.ts'

/** What it takes to ask a person something. Answers are `null` when they turn away from it. */
export type Asking = {
  keyboard: Keyboard
  screen: Screen
  /** A line above the question. */
  print: (line: string) => void
}
