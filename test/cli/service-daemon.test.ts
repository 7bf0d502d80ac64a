import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { openDaemonWorld, type DaemonWorld } from '../support/daemon-world.ts'
import { waitFor } from '../support/wait-for.ts'
import { mainFile, type CliRun, type StartedCli } from './run-hostler.ts'

const question = tool('AskUserQuestion', {
  questions: [
    {
      question: 'Which colour?',
      header: 'Colour',
      options: [
        { label: 'Red', description: '' },
        { label: 'Green', description: '' },
      ],
      multiSelect: false,
    },
  ],
})

function start(args: string[], env: Record<string, string>): StartedCli {
  const child = spawn(process.execPath, ['--no-warnings', mainFile, ...args], {
    cwd: tmpdir(),
    env: { ...env, NODE_COMPILE_CACHE: join(tmpdir(), 'compile-cache') },
    stdio: 'pipe',
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  child.stdin.end()
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }))
  return { child, output, ended }
}

function run(args: string[], env: Record<string, string>): Promise<CliRun> {
  return start(args, env).ended
}

describe('the commands and the daemon itself', () => {
  test('a followed run goes on over kill -9 of the daemon, and is answered afterwards', async () => {
    await using world = await openDaemonWorld({ script: [question, text('Green it is.')] })
    const first = await world.start()
    const port = Number(new URL(first.url).port)
    const env = { ...world.env, HOSTLER_URL: first.url }
    const followed = start(['submit', '--key', 'door', '--follow', '--json', 'ask me'], env)
    await waitFor(() => followed.output.stdout.includes('request_opened'), { timeoutMs: 30_000 })
    await first.end('SIGKILL')
    await world.start({ port })

    const listed = await run(['requests', '--json'], env)
    const { items }: { items: { id: string }[] } = JSON.parse(listed.stdout)
    expect(items).toHaveLength(1)
    const answered = await run(['answer', items[0]?.id ?? '', '--choice', 'Green'], env)
    expect(answered).toMatchObject({ code: 0, stderr: '' })

    const ended = await followed.ended
    expect(ended.code).toBe(0)
    const lines: { seq?: number; type: string }[] = ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const stored = lines.map(({ seq }) => seq).filter((seq) => typeof seq === 'number')
    // Each once, and in order, whichever connection brought it.
    expect(stored).toEqual([...new Set(stored)].toSorted((one, other) => one - other))
    expect(lines.at(-1)).toMatchObject({ type: 'turn_result', text: 'Green it is.' })

    const again = await run(['answer', items[0]?.id ?? '', '--choice', 'Green'], env)
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(again.stderr).toContain('is not open')
    await look(world, env)
  })
})

/** What the other commands make of what the real server says. */
async function look(world: DaemonWorld, env: Record<string, string>): Promise<void> {
  const sessions = await run(['sessions', '--search', 'door'], env)
  expect(sessions.stdout).toMatch(/idle +default +1 .* door\n/)
  const runs = await run(['runs', '--session', 'key:door', '--json'], env)
  const page: { items: { id: string }[] } = JSON.parse(runs.stdout)
  const id = page.items[0]?.id ?? ''
  expect((await run(['show', id.slice(0, 18)], env)).stdout).toMatch(/state +succeeded/)
  expect((await run(['logs', id], env)).stdout).toContain('Green it is.\n')
  expect((await run(['logs', '--raw', id], env)).stdout).toContain('"type":"result"')
  const made = ['token', 'create', '--label', 'me', '--scopes', 'read', '--data-dir']
  const token = await run([...made, join(world.root, 'data')], env)
  expect(token.stdout).toMatch(/^hst_\S+\n$/)
  // With the first token, nobody gets in without one.
  const without = await run(['status', '--json'], env)
  expect(without).toMatchObject({ code: 1, stdout: '' })
  const status = await run(['status', '--json'], { ...env, HOSTLER_TOKEN: token.stdout.trim() })
  expect(JSON.parse(status.stdout)).toMatchObject({ accepting: true, outcomes: { ok: 1 } })
}
