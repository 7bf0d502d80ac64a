import { openHostler } from 'hostler'

const profiles = { default: { workspace: { path: '.' } } }
const hostler = await openHostler({ dataDir: 'hostler-data', configuration: { profiles } })
const run = await hostler.runs.submit({ key: 'me', prompt: 'Which files are here?' })
for await (const event of hostler.sessions.events(run.sessionId)) {
  if (event.type === 'text' && event.runId === run.id) process.stdout.write(event.text)
  if (event.type === 'run_ended' && event.runId === run.id) break
}
const { outcome, costUsd } = await hostler.runs.wait(run.id)
console.log(`\n${outcome}, ${costUsd} USD`)
await hostler.close()
