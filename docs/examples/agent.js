import { startAgent } from 'hostler/agent'

const agent = await startAgent({ dir: 'hostler-data', cwd: process.cwd() })
const turn = agent.turn('Which files are here?')
for await (const event of turn) if (event.type === 'text_delta') process.stdout.write(event.text)
const { outcome, costUsd } = await turn.result
console.log(`\n${outcome}, ${costUsd} USD`)
await agent.stop()
