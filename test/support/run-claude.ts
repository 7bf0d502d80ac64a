import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What a one-shot run of a claude, real or fake, came to. */
export type ClaudeRun = {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** The lines of stdout that are JSON objects. */
  lines: Record<string, unknown>[]
  /** The last result line. */
  result: Record<string, unknown> | null
}

/** Runs a claude to its end, with its standard input given and closed. */
export async function runClaude(
  path: string,
  options: {
    args: string[]
    cwd: string
    env: Record<string, string>
    stdin?: string
    signal?: AbortSignal
  },
): Promise<ClaudeRun> {
  const { args, cwd, env, stdin = '', signal } = options
  const child = spawn(path, args, { cwd, env, signal, stdio: 'pipe' })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  // A claude that ends early closes its input; what became of it is in the result.
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  const [code, exitSignal] = await once(child, 'close')
  const text = Buffer.concat(stdout).toString()
  const lines = text
    .split('\n')
    .map((line) => parseLine(line))
    .filter((line) => line !== null)
  return {
    code,
    signal: exitSignal,
    stdout: text,
    stderr: Buffer.concat(stderr).toString(),
    lines,
    result: lines.findLast((line) => line['type'] === 'result') ?? null,
  }
}

/** A user message as a line of standard input. */
export function toUserLine(text: string, uuid?: string): string {
  return `${JSON.stringify({ type: 'user', message: { role: 'user', content: text }, uuid })}\n`
}

function parseLine(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
