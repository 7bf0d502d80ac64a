import { z } from 'zod'

// Each `error` says what is right, as the object of "give".

// Node's timers take no more: a longer one would fire at once.
const maxTimerMs = 2 ** 31 - 1

// PostgreSQL's texts cannot hold NUL, and a lone surrogate would come back as another character.
const unstorable = /[\p{Cc}\p{Cs}]/u

/** One line of text, from 1 to `maxLength` characters. */
export function line(maxLength: number): z.ZodType<string> {
  const error = `a text of 1 to ${maxLength} characters without control characters`
  return z
    .string({ error })
    .min(1, { error })
    .max(maxLength, { error })
    .refine((value) => !unstorable.test(value), { error })
}

/** A text of several lines. */
export const storableText: z.ZodType<string> = z
  .string({ error: 'a text' })
  .refine((value) => !/[\0\p{Cs}]/u.test(value), {
    error: 'a text without NUL and lone surrogates',
  })

/** A whole number. `unit` is what it counts, for the message. */
export function whole(
  range: { from: number; to: number },
  { unit = '' }: { unit?: string } = {},
): z.ZodType<number> {
  const { from, to } = range
  const error = `a whole number${unit === '' ? '' : ` of ${unit}`} from ${from} to ${to}`
  return z.number({ error }).int({ error }).min(from, { error }).max(to, { error })
}

/** A length of time that a timer of Node takes. */
export const milliseconds: z.ZodType<number> = whole(
  { from: 1, to: maxTimerMs },
  { unit: 'milliseconds' },
)

/** A length of time that only the database looks at: up to ten years. */
export const longMilliseconds: z.ZodType<number> = whole(
  { from: 0, to: 315_360_000_000 },
  { unit: 'milliseconds' },
)

/** What hostler names things by; it is looked up, so that its form does not matter. */
export const id: z.ZodType<string> = line(600)

/** A caller's own name for a session. */
export const sessionKey: z.ZodType<string> = line(512)

export const title: z.ZodType<string> = line(500)

export const profileName: z.ZodType<string> = line(100)

/** Epoch milliseconds, as they are given out. */
export const time: z.ZodType<number> = z.number()

/** Epoch milliseconds, as they are taken. */
export const givenTime: z.ZodType<number> = whole(
  { from: 0, to: 8_640_000_000_000_000 },
  { unit: 'epoch milliseconds' },
)

/** Up to 50 labels. */
export const labels: z.ZodType<Record<string, string>> = z
  .record(line(100), line(500), { error: 'an object of texts' })
  .refine((value) => Object.keys(value).length <= 50, { error: 'at most 50 labels' })

/** Labels as they are given out. */
export const storedLabels: z.ZodType<Record<string, string>> = z.record(z.string(), z.string())

export const anyObject: z.ZodType<Record<string, unknown>> = z.record(z.string(), z.unknown(), {
  error: 'an object',
})
