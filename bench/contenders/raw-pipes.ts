import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createStopwatch, type OpenSession } from './session.ts'

type Message = Record<string, unknown>

const argv = [
  '-p',
  '--input-format=stream-json',
  '--output-format=stream-json',
  '--verbose',
  '--replay-user-messages',
  '--include-partial-messages',
]

/** The floor: the CLI on plain pipes, its output split at newlines, each line through JSON.parse. */
export const openRawPipes: OpenSession = async ({ claudeBin, env, cwd }) => {
  const child = spawn(claudeBin, argv, { cwd, env, stdio: ['pipe', 'pipe', 'ignore'] })
  const exited = once(child, 'exit')
  const ready = Promise.withResolvers<void>()
  let onMessage: (message: Message) => void = () => undefined
  let parts: Buffer[] = []

  child.stdout.on('data', (chunk: Buffer) => {
    let start = 0
    for (;;) {
      const at = chunk.indexOf(10, start)
      if (at === -1) break
      const last = chunk.subarray(start, at)
      const line = parts.length === 0 ? last : Buffer.concat([...parts, last])
      parts = []
      start = at + 1
      const message: Message = JSON.parse(line.toString('utf8'))
      if (message['type'] === 'control_response') ready.resolve()
      else onMessage(message)
    }
    if (start < chunk.length) parts.push(chunk.subarray(start))
  })

  function send(message: Message): void {
    child.stdin.write(`${JSON.stringify(message)}\n`)
  }

  send({ type: 'control_request', request_id: 'init', request: { subtype: 'initialize' } })
  return {
    ready: ready.promise,
    async turn(prompt) {
      const watch = createStopwatch()
      const over = Promise.withResolvers<void>()
      onMessage = (message) => {
        watch.count()
        if (watch.see(message)) over.resolve()
      }
      send({
        type: 'user',
        message: { role: 'user', content: prompt },
        parent_tool_use_id: null,
        session_id: '',
        uuid: crypto.randomUUID(),
      })
      await over.promise
      return watch.figures()
    },
    async close() {
      child.stdin.end()
      await exited
    },
  }
}
