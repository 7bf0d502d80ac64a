import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { check, install, root, run, say, type Place } from './commands.ts'
import { tryDaemon } from './try-daemon.ts'
import { checkTypes, playFake } from './try-library.ts'
import { startServer } from './start-server.ts'

const claudeBin = join(
  root,
  `node_modules/@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`,
)

/** Installs the tarball into the folder and uses all of it once. */
export async function tryInstalled(tarball: string, place: Place): Promise<void> {
  const { dir, env } = place
  await install(tarball, place)
  await mkdir(env['HOME'] ?? dir, { recursive: true })
  const version = await run('node', ['--version'], place)
  say(`installed into an empty folder, on Node ${version.trim()}`)
  const files = await readdir(join(dir, 'node_modules'), { recursive: true })
  const native = files.filter((one) => /\.node$|binding\.gyp$/.test(one))
  check(native.length === 0, `dependencies with native code: ${native.join(', ')}`)

  const hostler = join(dir, 'node_modules/.bin/hostler')
  const said = await run(hostler, ['--version'], place)
  check(/^\d+\.\d+\.\d+\n$/.test(said), `hostler --version said "${said}"`)

  const script = join(dir, 'node_modules/hostler/docs/examples/scripted-model.json')
  const model = await startServer(hostler, ['scripted-model', script], place)
  try {
    const modelEnv = {
      HOSTLER_CLAUDE_BIN: claudeBin,
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: 'sk-ant-dummy',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    }
    const modelPlace = { dir, env: { ...env, ...modelEnv } }
    await runOnce(hostler, modelPlace)
    await runExamples(modelPlace)
    await tryDaemon(hostler, modelPlace)
  } finally {
    await model.close()
  }
  await playFake(place)
  await checkTypes(place)
}

async function runOnce(hostler: string, place: Place): Promise<void> {
  say('hostler scripted-model, hostler run, the real CLI')
  const data = ['--data-dir', join(place.dir, 'data')]
  const printed = await run(hostler, ['run', '--output', 'json', ...data, 'hello'], place)
  const result: { outcome?: string; text?: string } = JSON.parse(printed)
  check(result.outcome === 'ok' && result.text?.startsWith('Hello!') === true, printed)
  const listed = await run(hostler, ['agents', '--json', ...data], place)
  const agents: { state?: string }[] = JSON.parse(listed)
  check(agents.length === 1 && agents[0]?.state === 'ended', listed)
}

async function runExamples(place: Place): Promise<void> {
  say('the README’s program, and the one of the agent layer')
  for (const name of ['ask.js', 'agent.js']) {
    const example = join(place.dir, 'node_modules/hostler/docs/examples', name)
    await copyFile(example, join(place.dir, name))
    const printed = await run('node', [name], place)
    check(/\nok, 0\.\d+ USD\n$/.test(printed), printed)
  }
}
