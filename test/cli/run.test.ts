import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { outcomes } from '../../src/events/index.ts'
import { exitCodes, outcomeExitCodes } from '../../src/cli/exit-codes.ts'
import { failure, text, tool, writeFakeClaude } from '../../src/testing/index.ts'
import { waitFor } from '../support/wait-for.ts'
import { openInn } from './run-hostler.ts'

const slowCommand = `bash -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 1; done'`

describe('hostler run', () => {
  test('the answer goes to stdout, everything else to stderr', async () => {
    await using inn = await openInn([
      tool('Bash', { command: 'echo from the tool' }, { text: 'I look.' }),
      text('It is there.'),
    ])
    const run = await inn.run(['run', '--allowed-tools', 'Bash', 'look around'])
    expect(run).toMatchObject({ code: 0, stdout: 'I look.\n\nIt is there.\n' })
    expect(run.stderr).toMatch(/✓ Bash echo from the tool {2}\d/)
    expect(run.stderr).toMatch(/✓ ok · \$0\.\d+ · .* · session [0-9a-f-]{36}\n/)
    expect(run.stderr).toMatch(/hostler run --resume [0-9a-f-]{36}/)
    expect(run.stderr).not.toContain('\u001b')
  })

  test('--output json is one object on stdout and nothing on stderr', async () => {
    await using inn = await openInn([text('Hello')])
    const run = await inn.run(['run', '--output', 'json', 'hello'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(1)
    const result: unknown = JSON.parse(run.stdout)
    expect(result).toMatchObject({ outcome: 'ok', text: 'Hello', error: null })
    for (const field of [
      'sessionId',
      'agentId',
      'costUsd',
      'durationMs',
      'usage',
      'structuredOutput',
      'permissionDenials',
    ]) {
      expect(result).toHaveProperty(field)
    }
  })

  test('--output stream-json ends with the result', async () => {
    await using inn = await openInn([text('Hello')])
    const run = await inn.run(['run', '--output', 'stream-json', 'hello'])
    const lines = run.stdout.trimEnd().split('\n').map(toObject)
    expect(lines.at(-1)).toMatchObject({ type: 'turn_result', outcome: 'ok', text: 'Hello' })
    const texts = lines.filter((line) => line['type'] === 'text')
    expect(texts).toMatchObject([{ text: 'Hello' }])
  })

  test('a prompt comes through stdin, from a file, with attachments', async () => {
    await using inn = await openInn({ otherwise: text('Read.') })
    await writeFile(join(inn.workspace, 'task.md'), 'from a file\n')
    await writeFile(join(inn.workspace, 'notes.txt'), 'an attached text')
    await inn.run(['run'], { stdin: 'from stdin\n' })
    await inn.run(['run', '-f', 'task.md'])
    await inn.run(['run', '-a', 'notes.txt', 'look', 'at', 'this'])
    const [first, second, third] = inn.model.prompts
    expect(first?.lastUserText).toBe('from stdin')
    expect(second?.lastUserText).toBe('from a file')
    expect(third?.lastUserText).toBe('look at this')
    expect(third?.conversation).toContain('an attached text')
  })

  test('a failure is one line with its cure, and has an exit code of its own', async () => {
    await using inn = await openInn([failure.rateLimited({ retryAfterS: 100 })])
    const run = await inn.run(['run', 'hello'])
    expect(run).toMatchObject({ code: outcomeExitCodes.rate_limited, stdout: '' })
    expect(run.stderr).toMatch(/✗ .*429.*; \S/)
  })

  test('what was denied is told, with how to allow it', async () => {
    await using inn = await openInn([tool('Bash', { command: 'touch f' }), text('Not done.')])
    const run = await inn.run(['run', 'touch it'])
    expect(run.code).toBe(0)
    expect(run.stderr).toMatch(/not allowed: Bash touch f\n.*--allowed-tools 'Bash'/)
  })

  test('a claude that is too old is told in JSON too', async () => {
    await using inn = await openInn()
    const old = await writeFakeClaude(join(inn.workspace, 'old'), { version: '1.0.0' })
    const run = await inn.run(['run', '-o', 'json', '--claude-bin', old, 'hi'])
    expect(run).toMatchObject({ code: outcomeExitCodes.spawn_failed, stderr: '' })
    expect(JSON.parse(run.stdout)).toMatchObject({
      outcome: 'spawn_failed',
      error: { code: 'claude_too_old', cure: expect.stringContaining('update') },
    })
  })

  test('-i takes a line of a pipe for a prompt, in one session', async () => {
    await using inn = await openInn([text('One.'), text('Two.')])
    const run = await inn.run(['run', '-i'], { stdin: 'first\n\nsecond\n' })
    expect(run).toMatchObject({ code: 0, stdout: 'One.\n\nTwo.\n' })
    expect(inn.model.prompts.map((one) => one.lastUserText)).toEqual(['first', 'second'])
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends the run and the agent', async (signal, code) => {
    await using inn = await openInn([tool('Bash', { command: slowCommand })])
    const started = inn.start(['run', '-o', 'stream-json', '--allowed-tools', 'Bash', 'go'])
    await waitFor(() => started.output.stdout.includes('"tool_started"'), { timeoutMs: 20_000 })
    started.child.kill(signal)
    const run = await started.ended
    expect(run.code).toBe(code)
    expect(toObject(run.stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'turn_result',
      outcome: 'cancelled',
    })
    const agents = await inn.run(['agents', '--json'])
    expect(JSON.parse(agents.stdout)).toMatchObject([{ state: 'ended' }])
  })

  test('it ends quietly when nobody reads its output', async () => {
    await using inn = await openInn([text('line\n'.repeat(5)), text('more')])
    const started = inn.start(['run', 'hello'])
    started.child.stdout?.destroy()
    const run = await started.ended
    expect(run.code).toBe(exitCodes.outputClosed)
    expect(run.stderr).not.toMatch(/EPIPE|Error/)
  })

  test('the newest 20 folders of ended agents are kept', async () => {
    await using inn = await openInn({ otherwise: text('Hello') })
    await inn.run(['run', 'hello'])
    const agents = join(inn.dataDir, 'agents')
    const [first = ''] = await readdir(agents)
    for (let index = 10; index < 35; index++) {
      // One after the other, as their order is what matters.
      await cp(join(agents, first), join(agents, `00000000-${index}`), {
        recursive: true,
        filter: (path) => !path.endsWith('/in'),
      })
    }
    await inn.run(['run', 'hello'])
    const left = await readdir(agents)
    expect(left).toHaveLength(20)
    expect(left).toContain(first)
    expect(left).not.toContain('00000000-16')
    expect(left).toContain('00000000-17')
  })
})

describe('exit codes', () => {
  test('every outcome has one, and no two have the same', () => {
    const codes = outcomes.map((outcome) => outcomeExitCodes[outcome])
    expect(new Set(codes).size).toBe(outcomes.length)
    expect(codes).not.toContain(exitCodes.usage)
    expect(outcomeExitCodes).toMatchObject({ ok: 0, agent_error: 1, cancelled: 130 })
  })
})

function toObject(line: string): Record<string, unknown> {
  const value: Record<string, unknown> = JSON.parse(line)
  return value
}

describe('docs/cli.md', () => {
  test('names every outcome with its code', async () => {
    const docs = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8')
    for (const outcome of outcomes) {
      expect(docs).toMatch(
        new RegExp(`^\\| ${outcomeExitCodes[outcome]} +\\| \`${outcome}\` +\\|`, 'm'),
      )
    }
  })
})
