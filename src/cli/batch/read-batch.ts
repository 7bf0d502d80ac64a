import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { text } from 'node:stream/consumers'
import { isNode, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Io } from '../io.ts'
import { readText } from '../run/flag-values.ts'
import { usageError } from '../usage-error.ts'

/** An entry as it stands in the file, and on which line. */
export type RawEntry = { line: number; value: unknown }

/** What a file has, and a name for all of it that is the same as long as it is not changed. */
export type RawBatch = { entries: RawEntry[]; hash: string }

const yamlNames = ['.yaml', '.yml', '.json']

/**
 * Reads a batch: a YAML list, or a line of JSON for each entry; `-` is stdin, and such lines.
 * @throws usage, with the line
 */
export async function readBatch(path: string, io: Io): Promise<RawBatch> {
  const content = path === '-' ? await text(io.stdin) : readText('--batch', path)
  const isYaml = yamlNames.includes(extname(path).toLowerCase())
  const entries = isYaml ? readList(content, path) : readLines(content, path)
  if (entries.length === 0) throw usageError(`${path} has no entries`, 'give one for each run')
  return { entries, hash: createHash('sha256').update(content).digest('hex') }
}

function readLines(content: string, path: string): RawEntry[] {
  return content.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return []
    return [{ line: at + 1, value: parseLine(line, `${path}:${at + 1}`) }]
  })
}

function parseLine(line: string, where: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw usageError(`${where}: ${problem}`, 'give one JSON object on each line, or a .yaml file')
  }
}

function readList(content: string, path: string): RawEntry[] {
  const lines = new LineCounter()
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false })
  const lineOf = (offset: number): number => lines.linePos(offset).line
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) {
    throw usageError(`${path}:${lineOf(error.pos[0])}: ${error.message}`, 'correct the YAML there')
  }
  if (document.contents === null) return []
  if (!isSeq(document.contents)) {
    throw usageError(`${path} is not a list`, 'give a list with an entry for each run')
  }
  return document.contents.items.map((item) => {
    if (!isNode(item)) throw usageError(`${path} is not a list of entries`, 'correct it')
    const value: unknown = item.toJS(document, { maxAliasCount: 100 })
    return { line: lineOf(item.range?.[0] ?? 0), value }
  })
}
