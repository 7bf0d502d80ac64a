import { writeFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDaemonWorld, type DaemonWorld } from '../support/daemon-world.ts'
import { waitFor } from '../support/wait-for.ts'
import { mainFile, type CliRun, type StartedCli } from './run-hostler.ts'

const scenario = {
  everyTurn: [{ do: 'reply' as const, text: 'did {{prompt}}' }],
}
const configuration = { limits: { perWorker: 2 }, server: { requestsPerMinute: 100_000 } }

function start(args: string[], env: Record<string, string>): StartedCli {
  const child = spawn(process.execPath, ['--no-warnings', mainFile, ...args], {
    cwd: tmpdir(),
    env: { ...env, TZ: 'UTC', NODE_COMPILE_CACHE: join(tmpdir(), 'compile-cache') },
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

async function openWorld(): Promise<DaemonWorld> {
  return await openDaemonWorld({ scenario, configuration, profile: { shareWorkspace: true } })
}

async function write(world: DaemonWorld, name: string, lines: unknown[] | string): Promise<string> {
  const path = join(world.root, name)
  const text =
    typeof lines === 'string' ? lines : lines.map((one) => JSON.stringify(one)).join('\n')
  await writeFile(path, text)
  return path
}

test('all of a batch is checked before any of it is submitted', async () => {
  await using world = await openWorld()
  const daemon = await world.start()
  const env = { ...world.env, HOSTLER_URL: daemon.url }
  const path = await write(world, 'bad.jsonl', [
    { name: 'build', prompt: 'x' },
    { promt: 'x' },
    { name: 'build', prompt: 'y' },
    { prompt: 'y', dependsOn: ['biuld'] },
    { prompt: '' },
    { prompt: 'x', priority: 1000 },
  ])
  const bad = await run(['submit', '--batch', path, '--follow'], env)
  expect(bad).toMatchObject({ code: 2, stdout: '' })
  expect(bad.stderr.split('\n')).toEqual([
    expect.stringMatching(/bad\.jsonl:2: promt: there is no such field; did you mean "prompt"\?/),
    expect.stringMatching(/:5: prompt/),
    expect.stringMatching(/:6: priority: cannot be 1000/),
    expect.stringMatching(/:3: the name "build" is line 1's already/),
    expect.stringMatching(/:4: dependsOn: no entry is named "biuld".*did you mean "build"/),
    expect.stringMatching(/^hostler: .*bad\.jsonl has 5 mistakes: nothing was submitted/),
    '',
  ])
  const circle = await write(
    world,
    'circle.yaml',
    `# three
- {name: a, prompt: x, dependsOn: [c]}
- {name: b, prompt: x, dependsOn: [a]}
- name: c
  prompt: x
  dependsOn: [b]
- {name: d, prompt: x, dependsOn: [a]}
`,
  )
  const cyclic = await run(['submit', '--batch', circle], env)
  expect(cyclic.stderr).toContain('2: a cycle: "a" depends on "c" depends on "b" depends on "a"')
  expect(cyclic.code).toBe(2)
  const broken = await write(world, 'broken.jsonl', '{"prompt": "x"}\n{"prompt": \n')
  expect((await run(['submit', '--batch', broken], env)).stderr).toContain('broken.jsonl:2: ')
  expect((await daemon.hostler.runs.list()).items).toEqual([])
})

test('entries run in the order that their names say, with what the flags say of all of them', async () => {
  await using world = await openWorld()
  const daemon = await world.start()
  const env = { ...world.env, HOSTLER_URL: daemon.url }
  const path = await write(
    world,
    'tasks.yaml',
    `- prompt: ship it
  dependsOn: [test, lint]
- {name: test, prompt: run the tests, labels: {kind: check}}
- {name: lint, prompt: lint, dependsOn: [test]}
`,
  )
  const args = ['submit', '--batch', path, '--label', 'team=inn', '--priority', '3']
  const followed = await run([...args, '--follow', '--json'], env)
  expect(followed).toMatchObject({ code: 0, stderr: '' })
  const { batch, counts, items } = JSON.parse(followed.stdout)
  expect(counts).toMatchObject({ all: 3, submitted: 3, succeeded: 3 })
  const [ship, tests, lint] = items.map((one: { run: unknown }) => one.run)
  expect(items.map(({ entry }: { entry: string }) => entry)).toEqual(['#1', 'test', 'lint'])
  expect(ship).toMatchObject({ text: 'did ship it', priority: 3, labels: { team: 'inn', batch } })
  expect(tests.labels).toEqual({ team: 'inn', kind: 'check', batch })
  expect(new Set(ship.dependsOn)).toEqual(new Set([tests.id, lint.id]))
  expect(lint.startedAt).toBeGreaterThanOrEqual(tests.endedAt)
  expect(ship.startedAt).toBeGreaterThanOrEqual(lint.endedAt)
  // Once more: the same runs, told of in a table.
  const again = await run([...args, '--wait', '30s'], env)
  expect(again.code).toBe(0)
  expect(again.stdout).toContain(ship.id)
  expect(again.stderr).toContain(`batch ${batch}: 3/3 done`)
  const other = await run([...args, '--label', 'team=yard'], env)
  expect(other).toMatchObject({ code: 2, stdout: '' })
  expect(other.stderr).toContain('already, with other fields or flags; give the same ones as then')
  expect(other.stderr).not.toContain('the same command')
  expect((await daemon.hostler.runs.list()).items).toHaveLength(3)
})

test('a batch with a failure says so, and exits with 1', async () => {
  await using world = await openWorld()
  const daemon = await world.start()
  const env = { ...world.env, HOSTLER_URL: daemon.url }
  const path = await write(world, 'two.jsonl', [
    { name: 'late', prompt: 'x', delayMs: 3_600_000 },
    { name: 'after', prompt: 'x', dependsOn: ['late'] },
  ])
  const only = await run(['submit', '--batch', path], env)
  expect(only).toMatchObject({ code: 0 })
  expect(only.stdout).toContain('queued, depends on others')
  const waited = await run(['submit', '--batch', path, '--wait', '1s'], env)
  expect(waited.code).toBe(22)
  const following = start(['submit', '--batch', path, '--follow'], env)
  const { items } = await daemon.hostler.runs.list()
  const late = items.find(({ dependsOn }) => dependsOn.length === 0)
  await daemon.hostler.runs.cancel(late?.id ?? '')
  const ended = await following.ended
  expect(ended.code).toBe(1)
  expect(ended.stderr).toContain('2/2 done · 1 failed · 1 cancelled')
  expect(ended.stdout).toContain('on which it depends, was cancelled')
})

test(
  'a batch of 200 that was killed while it was submitted goes on when it is submitted again',
  { timeout: 240_000 },
  async () => {
    await using world = await openWorld()
    const daemon = await world.start()
    const env = { ...world.env, HOSTLER_URL: daemon.url }
    // Few agents, so that the machine has little to do: each line waits in one of four sessions.
    const lines = Array.from({ length: 200 }, (_, n) => ({ key: `s${n % 4}`, prompt: `line ${n}` }))
    const path = await write(world, 'many.jsonl', lines)
    const first = start(['submit', '--batch', path, '--follow'], env)
    await waitFor(
      async () => (await daemon.hostler.runs.list({}, { limit: 50 })).items.length >= 20,
      {
        timeoutMs: 30_000,
      },
    )
    first.child.kill('SIGKILL')
    await first.ended
    const second = start(['submit', '--batch', path, '--follow', '--concurrency', '20'], env)
    await waitFor(() => second.output.stderr.includes('succeeded ('), { timeoutMs: 30_000 })
    second.child.kill('SIGINT')
    const left = await second.ended
    expect(left.code).toBe(130)
    expect(left.stderr).toMatch(/runs of the batch go on.*hostler submit --batch .*many\.jsonl/)

    const third = await run(['submit', '--batch', path, '--follow'], env)
    expect(third.stderr).toContain('200/200 done')
    expect(third.code).toBe(0)
    const prompts: unknown[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof daemon.hostler.runs.list>> =
        await daemon.hostler.runs.list({}, { limit: 200, ...(cursor !== null && { cursor }) })
      prompts.push(...page.items.map(({ prompt }) => prompt))
      cursor = page.next
    } while (cursor !== null)
    expect(prompts).toHaveLength(200)
    expect(new Set(prompts)).toEqual(new Set(lines.map(({ prompt }) => prompt)))
  },
)
