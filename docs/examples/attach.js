// Takes over the newest agent of a folder, whoever started it, and waits for what it is doing.
import { attachAgent, listAgents } from 'hostler/agent'

const newest = (await listAgents('hostler-data')).at(-1)
if (newest === undefined) throw new Error('there is no agent in hostler-data')
const agent = await attachAgent(newest.dir)
const result = await agent.lastTurn?.result
console.log(`\n${result?.outcome}: ${result?.text}`)
await agent.stop()
