import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { SessionOptions } from '../contenders/session.ts'

const argv = [
  '-p',
  '--input-format=stream-json',
  '--output-format=stream-json',
  '--verbose',
  '--permission-prompt-tool=stdio',
]

/** The floor: the CLI on plain pipes, each permission given as soon as its line is read. */
export async function takeRawTurns(
  { claudeBin, env, cwd }: SessionOptions,
  turns: number,
): Promise<void> {
  const child = spawn(claudeBin, argv, { cwd, env, stdio: ['pipe', 'pipe', 'ignore'] })
  const exited = once(child, 'exit')
  let over: () => void = () => undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message: Record<string, unknown> = JSON.parse(line)
    if (message['type'] === 'control_request') allow(message)
    if (message['type'] === 'system' && message['state'] === 'idle') over()
  })

  function send(message: Record<string, unknown>): void {
    child.stdin.write(`${JSON.stringify(message)}\n`)
  }

  function allow({ request_id, request }: Record<string, unknown>): void {
    const input: unknown =
      typeof request === 'object' && request !== null ? Reflect.get(request, 'input') : {}
    const response = { behavior: 'allow', updatedInput: input }
    send({ type: 'control_response', response: { subtype: 'success', request_id, response } })
  }

  for (let turn = 0; turn < turns; turn++) {
    const ended = Promise.withResolvers<void>()
    over = ended.resolve
    send({ type: 'user', message: { role: 'user', content: 'go' }, uuid: crypto.randomUUID() })
    await ended.promise
  }
  child.stdin.end()
  await exited
}
