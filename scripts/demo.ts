import { mkdir, mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { readConfig } from '../src/config.ts'
import { listAgents, stopAgent, sweepAgents } from '../src/agent/index.ts'
import { startScriptedModel } from '../src/testing/index.ts'
import { createHostler } from './demo/hostler.ts'
import { demoScript } from './demo/script.ts'
import { showAnswer, showCosts, showKill, showNight, showRun } from './demo/scenes.ts'

// What hostler does, in five scenes with the real CLI. `--real` uses your own login, and its money.

const isReal = process.argv.includes('--real')

function say(text = ''): void {
  process.stdout.write(`${text}\n`)
}

function title(text: string): void {
  say(`\n${styleText('bold', text, { stream: process.stdout })}`)
}

async function play(): Promise<void> {
  title('1. A run alone: the answer streams, tool calls are told as they end')
  await showRun(hostler)
  title('2. Two sessions; the daemon is killed with -9 in mid-turn, and started again')
  const daemon = await showKill(hostler)
  title('3. The question that was open is still open, and is answered')
  await showAnswer(hostler, daemon)
  title('4. One slot: who waits for a human leaves it to others, and so does who waits for tasks')
  await showNight(hostler, daemon, { hasLimit: !isReal })
  title('5. What it was, and what it has cost')
  await showCosts(hostler)
}

const startedAt = performance.now()
const root = await realpath(await mkdtemp(join(tmpdir(), 'hostler-demo-')))
const workspace = join(root, 'workspace')
const dataDir = join(root, 'data')
await mkdir(workspace)
await mkdir(join(root, 'home'))
await writeFile(join(workspace, 'horses.txt'), 'Bess\nCaptain\nDuchess\n')
await mkdir(join(root, 'tmp'))
await mkdir(dataDir)
// Both sessions work in one folder at the same time.
const profile = { workspace: { path: workspace }, shareWorkspace: true, allowedTools: ['Bash'] }
// One run at a time, which asks for its commands; what asks is soon parked.
const night = {
  extends: 'default',
  allowedTools: [],
  maxRunning: 1,
  parkAfterMs: '500ms',
  hostlerTools: ['create_task', 'wait_for_tasks'],
  // Only a subscription has usage limits.
  ...(!isReal && { oauthToken: 'sk-ant-oat01-dummy' }),
}
const configuration = {
  profiles: { default: profile, night },
  budgets: { maxDayUsd: 5 },
  log: { level: 'error', format: 'text' },
}
await writeFile(join(dataDir, 'hostler.yaml'), JSON.stringify(configuration))
const model = isReal ? null : await startScriptedModel({ script: demoScript })

const { env } = readConfig()
const hostler = createHostler({ env, dataDir, workspace, root, modelUrl: model?.url ?? null })

async function cleanUp(): Promise<void> {
  await hostler.close()
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
  await play()
} finally {
  await cleanUp()
  say(`That took ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`)
}
