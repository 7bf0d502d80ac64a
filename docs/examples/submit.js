// Submits a mail with a file in it. The same mail delivered twice is one run.
import { openHostler } from 'hostler'

const mail = { id: 'mail-4711', from: 'groom@inn.example', text: 'Sum up the attached file.' }
const data = Buffer.from('Bess;3\nCaptain;2\n')

const hostler = await openHostler({ dataDir: 'hostler-data' })
const submission = {
  key: `mail:${mail.from}`,
  prompt: mail.text,
  attachments: [{ name: 'oats.csv', mediaType: 'text/csv', data }],
  labels: { kind: 'mail' },
  idempotencyKey: mail.id,
  options: { maxBudgetUsd: 0.5, timeoutMs: 600_000 },
}
const run = await hostler.runs.submit(submission)
const again = await hostler.runs.submit(submission)
const done = await hostler.runs.wait(run.id)
const { items } = await hostler.runs.list({ labels: { kind: 'mail' } })
console.log(`${done.outcome}: ${done.text} (${run.id === again.id}, ${items.length})`)
await hostler.close()
