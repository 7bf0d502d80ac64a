import { mkdir, mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { readConfig } from '../src/config.ts'
import { listAgents, stopAgent, sweepAgents } from '../src/agent/index.ts'
import { startScriptedModel } from '../src/testing/index.ts'
import { createHostler, type Hostler } from './demo/hostler.ts'
import { demoScript } from './demo/script.ts'
import { showQuestion, showRun, showTakeover } from './demo/scenes.ts'

// What hostler does, in three scenes with the real CLI. `--real` uses your own login, and its money.

const isReal = process.argv.includes('--real')

function say(text = ''): void {
  process.stdout.write(`${text}\n`)
}

function title(text: string): void {
  say(`\n${styleText('bold', text, { stream: process.stdout })}`)
}

async function play(hostler: Hostler): Promise<void> {
  title('1. A run: the answer streams, tool calls are told as they end')
  await showRun(hostler)
  title('2. hostler is killed with -9 in the middle of a tool call; another one takes over')
  await showTakeover(hostler)
  title('3. A question of the agent is answered, here by a program')
  await showQuestion(hostler)
}

const startedAt = performance.now()
const root = await realpath(await mkdtemp(join(tmpdir(), 'hostler-demo-')))
const workspace = join(root, 'workspace')
const dataDir = join(root, 'data')
await mkdir(workspace)
await mkdir(join(root, 'home'))
await writeFile(join(workspace, 'horses.txt'), 'Bess\nCaptain\nDuchess\n')
await mkdir(join(root, 'tmp'))
const model = isReal ? null : await startScriptedModel({ script: demoScript })

async function cleanUp(): Promise<void> {
  const running = (await listAgents(dataDir)).filter(({ state }) => state === 'running')
  await Promise.all(running.map(({ id }) => stopAgent(dataDir, id)))
  const { survivors } = await sweepAgents(dataDir)
  await model?.close()
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
  title('Nothing is left')
  const isGone = (await stat(root).catch(() => null)) === null
  say(`processes of these agents: ${survivors.length}; ${root}: ${isGone ? 'gone' : 'still there'}`)
}

process.once('SIGINT', () => {
  cleanUp().then(
    () => process.exit(130),
    () => process.exit(1),
  )
})

try {
  say(
    isReal
      ? 'The real CLI with your own login: this costs a few cents.'
      : 'The real CLI with a scripted model on loopback: no key, no network; the dollars are play money.',
  )
  say(`Everything is in ${root}, which is removed at the end.`)
  const { env } = readConfig()
  await play(createHostler({ env, dataDir, workspace, root, modelUrl: model?.url ?? null }))
} finally {
  await cleanUp()
  say(`That took ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`)
}
