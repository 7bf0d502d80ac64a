// Two checks beside each other, and a release after them, if both succeed and somebody accepts it.
import { openHostler } from 'hostler'

const hostler = await openHostler({ dataDir: 'hostler-data' })
const labels = { release: '1.4' }
const tests = await hostler.runs.submit({ key: 'tests', prompt: 'Run the tests.', labels })
const docs = await hostler.runs.submit({ key: 'docs', prompt: 'Check the docs.', labels })
const release = await hostler.runs.submit({
  key: 'release',
  prompt: 'Write the release notes.',
  labels,
  dependsOn: [tests.id, docs.id],
  onDependencyFailure: 'skip',
  review: true,
})
for await (const event of hostler.sessions.events(release.sessionId)) {
  if (event.type === 'request_opened' && event.request.kind === 'review') {
    console.log(`to be looked at: ${event.request.text}`)
    await hostler.runs.accept(release.id)
  }
  if (event.type === 'run_ended') break
}
const { state, error } = await hostler.runs.wait(release.id)
console.log(error === null ? state : `${state}: ${error.message}`)
await hostler.close()
