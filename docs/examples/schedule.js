// A report on each workday at seven in Berlin, in a session of its own each time.
import { HostlerError, openHostler } from 'hostler'

const hostler = await openHostler({ dataDir: 'hostler-data' })
const schedule = {
  name: 'report',
  cron: '0 7 * * MON-FRI',
  timeZone: 'Europe/Berlin',
  submission: { key: 'report/{at}', prompt: 'What has changed since yesterday?' },
}
try {
  await hostler.schedules.create(schedule)
} catch (error) {
  // It is there from the last time.
  if (!(error instanceof HostlerError && error.code === 'name_taken')) throw error
}
const { nextAt } = await hostler.schedules.get('name:report')
console.log(`${nextAt.length} next times`)
const now = await hostler.schedules.run('name:report')
const { text, sessionKey } = await hostler.runs.wait(now.id)
console.log(`${sessionKey}: ${text}`)
await hostler.close()
