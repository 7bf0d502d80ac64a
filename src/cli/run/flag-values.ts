import { readFileSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { usageError } from '../usage-error.ts'

/** A whole number; which ones make sense the agent's own options say. */
export function parseWhole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number.')
  return Number(text)
}

export function parseAmount(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('Give an amount such as 0.50.')
  return Number(text)
}

/** A repeatable option that also takes several values with commas: those in brackets belong to a rule. */
export function collectList(text: string, before: string[] | undefined): string[] {
  const values = text.split(/,(?![^(]*\))/).map((one) => one.trim())
  return [...(before ?? []), ...values.filter((one) => one !== '')]
}

export function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text]
}

export function collectPair(
  text: string,
  before: Record<string, string> | undefined,
): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Give NAME=value.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

/** `--extra-arg name`, `--extra-arg name=value`, also with the dashes that it has in the CLI. */
export function collectExtra(
  text: string,
  before: Record<string, string | null> | undefined,
): Record<string, string | null> {
  const [, name = '', value] = /^(?:--)?([^=]*)(?:=([\s\S]*))?$/.exec(text) ?? []
  if (name === '') throw new InvalidArgumentError('Give flag or flag=value.')
  return { ...before, [name]: value ?? null }
}

const jsonObject = z.record(z.string(), z.unknown())

/** A JSON object as it is typed, or out of a file: `@schema.json`, or with `isPath` the bare path. */
export function readJsonObject(
  flag: string,
  text: string,
  options: { isPath?: boolean } = {},
): Record<string, unknown> {
  const isInline = text.trimStart().startsWith('{')
  const path = isInline ? null : text.startsWith('@') ? text.slice(1) : text
  if (path !== null && options.isPath !== true && !text.startsWith('@')) {
    throw usageError(`${flag}: ${quote(text)} is not a JSON object`, 'give {…}, or @file')
  }
  const json = path === null ? text : readText(flag, path)
  const where = path === null ? 'it' : quote(path)
  const parsed = jsonObject.safeParse(parseJson(json))
  if (parsed.success) return parsed.data
  throw usageError(`${flag}: ${where} is not a JSON object`, 'correct it')
}

/** The text of a file that the user has named. */
export function readText(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(flag, path, error)
  }
}

export function unreadable(flag: string, path: string, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? error.code : null
  const problem =
    code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : 'cannot be read'
  return usageError(`${flag}: ${quote(path)} ${problem}`, 'name a readable file')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
