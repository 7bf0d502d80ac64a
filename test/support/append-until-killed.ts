import { openStore } from '../../src/store/open-store.ts'
import { startEventWriter } from '../../src/store/events/event-writer.ts'

// Run as a process of its own: appends until it is killed, and says what has been acknowledged.
const [path = '', sessionId = '', from = '0'] = process.argv.slice(2)
const store = await openStore({ path })
const writer = startEventWriter(store, {
  flushMs: 1,
  onLost: () => process.exit(3),
  onError: () => process.exit(4),
})
for (let offset = Number(from); ; offset++) {
  const appended = writer.append({
    lease: { sessionId, fence: 0 },
    runId: null,
    events: [
      { type: 'text', offset, text: 'x'.repeat(200), messageId: 'm', parentToolUseId: null },
    ],
  })
  const acknowledged = appended.then(() => process.stdout.write(`${offset}\n`))
  // Several at a time, so that the kill falls into groups as well as between them.
  if (offset % 7 === 0) await acknowledged
}
