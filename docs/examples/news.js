// Tells what has come of a session's runs since it was last asked: each run once, also after a crash.
import { readFile, writeFile } from 'node:fs/promises'
import { openHostler } from 'hostler'

const hostler = await openHostler({ dataDir: 'hostler-data' })
const after = Number(await readFile('told.txt', 'utf8').catch(() => '0'))
for await (const event of hostler.sessions.events('key:me', { after, until: 'now' })) {
  if (event.seq === null) continue
  if (event.type === 'run_ended') console.log(`${event.seq} ${event.outcome}: ${event.text}`)
  await writeFile('told.txt', String(event.seq))
}
await hostler.close()
