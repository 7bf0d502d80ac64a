import type { Io } from '../io.ts'
import { safeLine } from './safe-text.ts'

/** One of several answers. */
export type Choice<Value extends string> = { value: Value; label: string; hint?: string }

/** The ways to ask. Each gives `null` when the person presses Ctrl-C or Esc, or the question is withdrawn. */
export type Keyboard = {
  choose<Value extends string>(message: string, choices: Choice<Value>[]): Promise<Value | null>
  chooseSeveral(message: string, choices: Choice<string>[]): Promise<string[] | null>
  write(
    message: string,
    options?: { placeholder?: string; isNeeded?: boolean },
  ): Promise<string | null>
}

/** Loads what draws questions: only who is asked pays for it. */
export async function loadKeyboard(io: Io, signal: AbortSignal): Promise<Keyboard> {
  const { isCancel, multiselect, select, text } = await import('@clack/prompts')
  const common = { input: io.stdin, output: io.stderr, signal }
  return {
    async choose(message, choices) {
      // Values of their own, as the library's type wants to know them all beforehand.
      const options = choices.map((one) => toOption<string>(one))
      const answer = await select<string>({ ...common, message: safeLine(message), options })
      if (isCancel(answer)) return null
      return choices.find(({ value }) => value === answer)?.value ?? null
    },
    async chooseSeveral(message, choices) {
      const options = choices.map((one) => toOption(one))
      const question = { ...common, message: safeLine(message), options, required: false }
      const answer = await multiselect<string>(question)
      return isCancel(answer) ? null : answer
    },
    async write(message, { placeholder, isNeeded = false } = {}) {
      const answer = await text({
        ...common,
        message: safeLine(message),
        ...(placeholder === undefined ? {} : { placeholder }),
        validate: (value) =>
          isNeeded && (value ?? '').trim() === '' ? 'Write something, or press Esc.' : undefined,
      })
      return isCancel(answer) ? null : (answer ?? '')
    },
  }
}

function toOption<Value extends string>(
  choice: Choice<Value>,
): {
  value: Value
  label: string
  hint?: string
} {
  const { value, label, hint } = choice
  return {
    value,
    label: safeLine(label),
    ...(hint === undefined || hint === '' ? {} : { hint: safeLine(hint) }),
  }
}
