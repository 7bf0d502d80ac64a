import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * Runs one measurement in a process of its own, so that no heap, compiled code or garbage is shared,
 * and returns what it sends as JSON. The child gets `input` as its first argument, as JSON.
 */
export async function runChild<Output>(
  file: URL,
  input: unknown,
  options: { execArgv?: string[] } = {},
): Promise<Output> {
  const child = fork(fileURLToPath(file), [JSON.stringify(input)], {
    execArgv: options.execArgv ?? [],
  })
  const exited = once(child, 'exit')
  let output: Output | undefined
  child.on('message', (message) => {
    if (typeof message === 'string') output = JSON.parse(message)
  })
  const [code] = await exited
  if (code !== 0 || output === undefined) throw new Error(`${fileURLToPath(file)} failed: ${code}`)
  return output
}
