import { quantile } from './stats.ts'

/** One line of the table: what one contender took for one thing. */
export type Row = {
  what: string
  contender: string
  unit: string
  median: number
  /** First and third quartile. */
  low: number
  high: number
  rounds: number
  note: string
}

/** A figure that is to be reached, and what was. */
export type Target = { what: string; isReached: boolean; said: string }

/** What one part of the benchmark has found. */
export type Part = { title: string; about: string; rows: Row[]; targets: Target[] }

export function toRow(
  names: { what: string; contender: string; unit: string; note?: string },
  values: readonly number[],
): Row {
  return {
    note: '',
    ...names,
    median: quantile(values, 0.5),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    rounds: values.length,
  }
}

export function atMost(
  what: string,
  figure: { value: number; limit: number; unit: string },
): Target {
  const { value, limit, unit } = figure
  const isReached = value <= limit
  const said = `${toText(value)} ${unit}, at most ${toText(limit)} ${unit} wanted`
  return { what, isReached, said }
}

export function toText(value: number): string {
  if (!Number.isFinite(value)) return 'none'
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}
