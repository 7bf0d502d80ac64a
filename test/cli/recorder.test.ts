import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { waitFor } from '../support/wait-for.ts'
import { mainFile, openInn, type Inn } from './run-hostler.ts'

// `script` of util-linux gives a pseudo-terminal wherever there is no tmux; it draws no screen.
const hasScript = spawnSync('script', ['--version']).stdout?.includes('util-linux') ?? false

/** What hostler writes to the terminal, and a way to press keys. */
function record(inn: Inn, args: string[]) {
  const command = [process.execPath, '--no-warnings', mainFile, ...args]
    .map((one) => `'${one}'`)
    .join(' ')
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: inn.workspace,
    env: { ...inn.env, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: 'pipe',
  })
  let shown = ''
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()))
  const ended = once(child, 'exit').then(([code]) => ({ code, shown }))
  return {
    ended,
    press: (keys: string) => child.stdin.write(keys),
    waitFor: (what: string) => waitFor(() => shown.includes(what), { timeoutMs: 20_000, what }),
  }
}

describe.skipIf(!hasScript)('hostler run at a pseudo-terminal', () => {
  test('streams and answers a permission request with the keyboard', async () => {
    await using inn = await openInn([
      tool('Bash', { command: 'touch made' }, { text: 'I shall make it.' }),
      text('It is made.', { pace: { chunkChars: 3, delayMs: 30 } }),
    ])
    const terminal = record(inn, ['run', 'make it'])
    await terminal.waitFor('Allow it?')
    terminal.press('\r')
    const { code, shown } = await terminal.ended
    expect(code).toBe(0)
    expect(shown).toContain('touch made')
    // In pieces, as they come: the status line is taken away before, and drawn again only after a line.
    expect(shown).toMatch(/It [\s\S]*made\./)
    expect(shown).toContain('\u001b[32m✓')
  })

  test('Ctrl-C interrupts', async () => {
    await using inn = await openInn([
      tool('Bash', { command: `bash -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 1; done'` }),
    ])
    const terminal = record(inn, ['run', '--allowed-tools', 'Bash', 'go'])
    await terminal.waitFor('Bash bash -c')
    terminal.press('\u0003')
    const { code, shown } = await terminal.ended
    expect(code).toBe(130)
    expect(shown).toContain('interrupting the turn')
    expect(shown).toContain('cancelled')
  })
})
