// Answers what the agent asks. A bot would ask a person here, and keep the request's id meanwhile.
import { HostlerError, openHostler } from 'hostler'

const hostler = await openHostler({ dataDir: 'hostler-data' })
const guest = hostler.as({ actor: 'chat:42' })
const run = await guest.runs.submit({ key: 'chat:42', prompt: 'Paint the stable door.' })
for await (const event of guest.sessions.events(run.sessionId)) {
  if (event.runId !== run.id) continue
  if (event.type === 'request_opened') await answer(event.request)
  if (event.type === 'run_ended') break
}
const { outcome, text } = await guest.runs.wait(run.id)
console.log(`${outcome}: ${text}`)
await hostler.close()

async function answer(request) {
  try {
    await guest.requests.answer(request.id, decide(request))
    console.log(`answered: ${request.kind}`)
  } catch (error) {
    // Somebody else was faster, or it has expired.
    if (!(error instanceof HostlerError && error.code === 'request_not_open')) throw error
  }
}

function decide(request) {
  if (request.kind === 'question') {
    const pairs = request.questions.map(({ question, options }) => [question, options[0].label])
    const answers = Object.fromEntries(pairs)
    return { behavior: 'allow', updatedInput: { ...request.input, answers } }
  }
  if (request.kind === 'permission' && request.input.command === 'touch door.txt') {
    return { behavior: 'allow' }
  }
  return { behavior: 'deny', message: 'Not in this stable.' }
}
