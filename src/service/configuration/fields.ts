import { z } from 'zod'
import { parseByteSize } from './byte-size.ts'
import { durationPattern, parseDuration } from './duration.ts'
import { sizePattern } from './byte-size.ts'

// Each `error` says what is right, as the object of "give".

// A reference to the environment gives a text, whatever the key wants.
function fromText<T>(schema: z.ZodType<T>, read: (text: string) => unknown): z.ZodType<T> {
  return z.preprocess((value) => (typeof value === 'string' ? read(value) : value), schema)
}

export const text: z.ZodType<string> = z
  .string({ error: 'a text' })
  .min(1, { error: 'a text that is not empty' })

export const anyText: z.ZodType<string> = z.string({ error: 'a text' })

export const texts: z.ZodType<string[]> = z.array(text, { error: 'a list of texts' })

export const textsByName: z.ZodType<Record<string, string>> = z.record(z.string(), anyText, {
  error: 'an object of texts',
})

export const flag: z.ZodType<boolean> = fromText(
  z.boolean({ error: 'true or false' }),
  (value) => ({ true: true, false: false })[value] ?? value,
)

/** A whole number; `unit` is what it counts, for the message. */
export function whole(from: number, to: number, unit?: string): z.ZodType<number> {
  const error = `a whole number ${unit === undefined ? '' : `of ${unit} `}from ${from} to ${to}`
  const number = z.number({ error }).int({ error }).min(from, { error }).max(to, { error })
  return fromText(number, (value) => (/^-?\d+$/.test(value) ? Number(value) : value))
}

/** An amount of money above 0, in US dollars. */
export const dollars: z.ZodType<number> = fromText(
  z
    .number({ error: 'a number of US dollars above 0' })
    .positive({ error: 'a number of US dollars above 0' }),
  (value) => (/^\d+(\.\d+)?$/.test(value) ? Number(value) : value),
)

// Node's timers take no more: a longer one would fire at once.
const maxTimerMs = 2 ** 31 - 1
const tenYearsMs = 315_360_000_000

/** A length of time that a timer measures: up to 24 days. */
export const timer: z.ZodType<number> = duration(1, maxTimerMs, '24d')
/** The same, where 0 means not at all. */
export const timerOrNone: z.ZodType<number> = duration(0, maxTimerMs, '24d')
/** A length of time that is looked at now and then: up to ten years. */
export const longTime: z.ZodType<number> = duration(1, tenYearsMs, '3650d')

/** Milliseconds within limits, as a number or as `90s`. */
export function duration(from: number, to: number, most: string): z.ZodType<number> {
  const error = `a duration such as 90s, 10m, 2h or 1d, or a number of milliseconds, up to ${most}`
  const shape = z.union(
    [z.number().int().min(from), z.string().regex(durationPattern, { error })],
    { error },
  )
  return shape
    .transform((value) => (typeof value === 'string' ? parseDuration(value) : value))
    .refine((ms) => ms >= from && ms <= to, { error })
}

/** Bytes within limits, as a number or as `512MB`. */
export function byteSize(from: number, to: number = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  const limits = to === Number.MAX_SAFE_INTEGER ? `from ${from}` : `from ${from} to ${to} bytes`
  const error = `a size such as 512MB or 2GiB, or a number of bytes, ${limits}`
  const shape = z.union([z.number().int().min(from), z.string().regex(sizePattern, { error })], {
    error,
  })
  return shape
    .transform((value) => (typeof value === 'string' ? parseByteSize(value) : value))
    .refine((bytes) => bytes >= from && bytes <= to, { error })
}
