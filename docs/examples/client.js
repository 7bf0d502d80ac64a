// The same over HTTP, from anywhere: hostler serve does the work, and this may come and go.
import { connectHostler } from 'hostler/client'

const { HOSTLER_URL: url = 'http://127.0.0.1:7717', HOSTLER_TOKEN: token } = process.env
const hostler = connectHostler({ url, ...(token && { token }) })
const run = await hostler.runs.submit({ key: 'me', prompt: 'Which files are here?' })
for await (const event of hostler.sessions.events(run.sessionId)) {
  if (event.type === 'text' && event.runId === run.id) process.stdout.write(event.text)
  if (event.type === 'run_ended' && event.runId === run.id) break
}
const { outcome, costUsd } = await hostler.runs.wait(run.id)
console.log(`\n${outcome}, ${costUsd} USD`)
