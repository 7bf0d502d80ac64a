// Appends stream events to many logs, once it is sent a message, and sends how many: node write-events.ts {"paths":[…],"perSecond":50,"forMs":6000}
import { once } from 'node:events'
import { openSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const event = `${JSON.stringify({
  type: 'stream_event',
  event: {
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: 'a few words, as the model says them' },
  },
  session_id: '423dba80-44f9-4519-a44e-f9589fb07dce',
  parent_tool_use_id: null,
  uuid: 'e6054386-b0b7-4542-8d97-1daa49886141',
  api_message_id: 'msg_01',
})}\n`

type Task = { paths: string[]; perSecond: number; forMs: number }
const { paths, perSecond, forMs }: Task = JSON.parse(process.argv[2] ?? '{}')
const logs = paths.map((path) => openSync(path, 'a'))
const stepMs = 1000 / perSecond / logs.length
process.send?.('ready')
await once(process, 'message')
const startedAt = performance.now()
let written = 0
// Spread evenly over time: agents do not speak in chorus.
for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs = performance.now() - startedAt) {
  for (; written * stepMs <= elapsedMs; written++) {
    const log = logs[written % logs.length]
    if (log !== undefined) writeSync(log, event)
  }
  await sleep(1)
}
process.send?.(written)
process.disconnect()
