import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { check, ownEnv, root, run, say, type Place } from './commands.ts'

const fakeProgram = `
import { startAgent } from 'hostler/agent'
import { writeFakeClaude } from 'hostler/testing'
const claudeBin = await writeFakeClaude('fake', {})
const agent = await startAgent({ dir: 'fake-data', cwd: '.', claudeBin })
console.log((await agent.turn('a word').result).text)
await agent.stop()
`

const typedProgram = `
import { openHostler, type SessionEvent, type Hostler } from 'hostler'
import { connectHostler } from 'hostler/client'
import { startAgent, type AgentEvent } from 'hostler/agent'
import { outcomes, type Outcome } from 'hostler/events'
import { startScriptedModel } from 'hostler/testing'
export const all: readonly Outcome[] = outcomes
export async function follow(isHere: boolean, show: (event: SessionEvent) => void): Promise<void> {
  const hostler: Hostler = isHere ? await openHostler() : connectHostler({ url: 'http://127.0.0.1:7717' })
  // @ts-expect-error there is no such field
  await hostler.runs.submit({ key: 'k', promt: 'x' })
  const run = await hostler.runs.submit({ key: 'k', prompt: 'x' })
  for await (const event of hostler.sessions.events(run.sessionId, { after: 0 })) show(event)
}
export async function listen(show: (event: AgentEvent) => void): Promise<Outcome> {
  const { url } = await startScriptedModel()
  // @ts-expect-error there is no such option
  await startAgent({ dir: '.', cwd: '.', modle: 'x' })
  const agent = await startAgent({ dir: '.', cwd: '.', apiBaseUrl: url })
  const turn = agent.turn('x')
  for await (const event of turn) show(event)
  return (await turn.result).outcome
}
`

/** Plays the fake claude, which is started from the build: the package has no sources. */
export async function playFake(place: Place): Promise<void> {
  say('the fake claude')
  await writeFile(join(place.dir, 'fake.js'), fakeProgram)
  const said = await run('node', ['fake.js'], place)
  check(said === 'echo: a word\n', `the fake claude said "${said}"`)
}

/** Checks a program against the package's types, with the checks of declaration files on. */
export async function checkTypes({ dir }: Place): Promise<void> {
  say('the types')
  await writeFile(join(dir, 'typed.ts'), typedProgram)
  const flags =
    '--noEmit --strict --target es2023 --lib es2024,esnext.disposable --types node ' +
    '--module nodenext --moduleResolution nodenext'
  const types = ['--typeRoots', join(root, 'node_modules/@types')]
  const tsc = join(root, 'node_modules/.bin/tsc')
  await run(tsc, [...flags.split(' '), ...types, 'typed.ts'], { dir, env: ownEnv() })
}
