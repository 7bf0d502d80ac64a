import type { Io } from '../io.ts'
import { safeLine } from './safe-text.ts'

/** One of several answers. */
export type Choice<Value extends string> = { value: Value; label: string; hint?: string }

/** The ways to ask. Each gives `null` when the person presses Ctrl-C or Esc, or the question is withdrawn. */
export type Keyboard = {
  choose<Value extends string>(message: string, choices: Choice<Value>[]): Promise<Value | null>
  chooseSeveral(message: string, choices: Choice<string>[]): Promise<string[] | null>
  write(message: string, options?: { isNeeded?: boolean }): Promise<string | null>
}

/** Loads what draws questions: only who is asked pays for it. */
export async function loadKeyboard(io: Io, signal: AbortSignal): Promise<Keyboard> {
  const { multiselect, select, text } = await import('@clack/prompts')

  async function ask<Answer>(
    question: (common: Common) => Promise<Answer | symbol>,
  ): Promise<Answer | null> {
    // Not the signal itself: the library goes on listening after the answer, and draws when it aborts.
    const withdrawn = new AbortController()
    const withdraw = (): void => withdrawn.abort()
    signal.addEventListener('abort', withdraw, { once: true })
    if (signal.aborted) withdraw()
    try {
      const answer = await question({
        input: io.stdin,
        output: io.stderr,
        signal: withdrawn.signal,
      })
      return typeof answer === 'symbol' ? null : answer
    } finally {
      signal.removeEventListener('abort', withdraw)
    }
  }

  return {
    async choose(message, choices) {
      // Plain texts, as the library's type wants to know all values beforehand.
      const options = choices.map((one) => toOption<string>(one))
      const answer = await ask<string>((common) =>
        select<string>({ ...common, message: safeLine(message), options }),
      )
      return choices.find(({ value }) => value === answer)?.value ?? null
    },
    chooseSeveral(message, choices) {
      const options = choices.map((one) => toOption(one))
      return ask<string[]>((common) =>
        multiselect<string>({ ...common, message: safeLine(message), options, required: false }),
      )
    },
    write(message, { isNeeded = false } = {}) {
      return ask<string>((common) =>
        text({
          ...common,
          message: safeLine(message),
          validate: (value) =>
            isNeeded && (value ?? '').trim() === '' ? 'Write something, or press Esc.' : undefined,
        }),
      )
    },
  }
}

type Common = { input: Io['stdin']; output: Io['stderr']; signal: AbortSignal }

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
