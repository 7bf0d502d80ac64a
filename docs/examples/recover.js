// Waits for all that a former process has left unfinished; opening takes it up.
import { openHostler } from 'hostler'

const hostler = await openHostler({ dataDir: 'hostler-data' })
const { items } = await hostler.runs.list({ state: ['queued', 'running', 'waiting'] })
for (const { id } of items.toReversed()) {
  const { prompt, outcome, text, attempts } = await hostler.runs.wait(id)
  console.log(`${prompt} ${outcome}: ${text} (attempts: ${attempts.length})`)
}
await hostler.close()
