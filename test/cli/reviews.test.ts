import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDaemonWorld } from '../support/daemon-world.ts'
import { waitFor } from '../support/wait-for.ts'
import { mainFile } from './run-hostler.ts'

async function run(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--no-warnings', mainFile, ...args], {
    cwd: tmpdir(),
    env: { ...env, NODE_COMPILE_CACHE: join(tmpdir(), 'compile-cache') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  const [code] = await once(child, 'close')
  return { code, ...output }
}

test('a result is sent back and accepted at the shell, and what comes after it waits for that', async () => {
  await using world = await openDaemonWorld({
    scenario: { everyTurn: [{ do: 'reply', text: 'did {{prompt}}' }] },
    profile: { shareWorkspace: true },
  })
  const daemon = await world.start()
  const env = { ...world.env, HOSTLER_URL: daemon.url }
  const { hostler } = daemon
  const submitted = await run(['submit', '--key', 'blog', '--review', 'announce'], env)
  const id = submitted.stdout.trim()
  const inReview = async (text: string): Promise<void> => {
    await waitFor(async () => {
      const now = await hostler.runs.get(id)
      return now.state === 'waiting' && now.text?.includes(text)
    })
  }
  await inReview('announce')
  const next = await run(
    ['submit', '--after', id, '--on-dependency-failure', 'skip', '--json', 'send it'],
    env,
  )
  const after: { id: string } = JSON.parse(next.stdout)
  expect(after).toMatchObject({ dependsOn: [id], onDependencyFailure: 'skip' })

  const shown = await run(['show', id], env)
  expect(shown.stdout).toMatch(new RegExp(`cure +hostler accept ${id}, or hostler reject ${id}`))
  expect((await run(['show', after.id], env)).stdout).toContain(`it depends on a run: ${id}`)
  expect(await run(['reject', id, 'half', 'as long'], env)).toMatchObject({ code: 0, stderr: '' })
  await inReview('half as long')
  const accepted = await run(['accept', id], env)
  expect(accepted).toEqual({ code: 0, stderr: '', stdout: `${id}  succeeded\n` })
  const done = await hostler.runs.wait(after.id, { timeoutMs: 20_000 })
  expect(done).toMatchObject({ outcome: 'ok' })
  const late = await run(['accept', id], env)
  expect(late.code).toBe(2)
  expect(late.stderr).toContain(`run ${id} is succeeded, and nobody is asked to look at its result`)

  // What a run's agent has made is shown with it, and theirs.
  const child = await hostler.runs.submit({ key: 'c', prompt: 'part', parentRunId: id })
  const below = await hostler.runs.submit({ key: 'd', prompt: 'piece', parentRunId: child.id })
  await hostler.runs.wait(below.id, { timeoutMs: 20_000 })
  const tree = (await run(['show', id], env)).stdout
  expect(tree).toMatch(new RegExp(`\n${child.id} .*part\n· ${below.id} .*succeeded .*piece\n`))
  const listed = await run(['runs', '--parent', id], env)
  expect(listed.stdout).toContain(child.id)
  expect(listed.stdout).not.toContain(below.id)
})
