// Many clients of event streams; says `ready`, and at the next message what they heard: node clients-child.ts <ClientsTask as JSON>
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { inGroups } from '../room/in-groups.ts'
import { agesOf } from './clock.ts'

/** One client for each address. */
export type ClientsTask = { urls: string[] }
/** How long after its writing each message was read, in milliseconds. */
export type Heard = { lagsMs: number[] }

const { urls }: ClientsTask = JSON.parse(process.argv[2] ?? '{}')
const agent = new Agent({ maxSockets: Infinity })
const lagsMs: number[] = []
await inGroups(urls, 50, connect)
process.send?.('ready')
await once(process, 'message')
const heard: Heard = { lagsMs }
process.send?.(JSON.stringify(heard), () => process.exit())

/** Resolves with the first bytes: from then on, nothing is missed. */
async function connect(url: string): Promise<void> {
  const begun = Promise.withResolvers<void>()
  const request = get(url, { agent, headers: { accept: 'text/event-stream' } }, (response) => {
    let rest = ''
    response.setEncoding('utf8').on('data', (text: string) => {
      begun.resolve()
      const whole = rest + text
      const end = whole.lastIndexOf('\n\n')
      rest = whole.slice(end + 1)
      lagsMs.push(...agesOf(whole.slice(0, end + 1)))
    })
  })
  request.on('error', begun.reject)
  await begun.promise
}
