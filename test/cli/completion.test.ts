import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { openInn } from './run-hostler.ts'

const ask = `
t() { COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); COMPREPLY=(); _hostler; echo "\${COMPREPLY[*]}"; }
t hostler a
t hostler run --perm
t hostler run --permission-mode a
t hostler run --file pro
t hostler attach --from ''
t hostler completion ''
t hostler token ''
t hostler schedule add nightly --ti
t hostler schedule add nightly --overlap ''
t hostler schedule s
`

describe('hostler completion', () => {
  test('bash completes commands, options and their values', async () => {
    await using inn = await openInn()
    const script = await inn.run(['completion', 'bash'])
    const bash = spawnSync('bash', ['--norc', '-c', `${script.stdout}\n${ask}`], {
      encoding: 'utf8',
    })
    expect(bash.stderr).toBe('')
    expect(bash.stdout.split('\n')).toEqual([
      'agents attach archive answer accept accounts',
      '--permission-mode',
      'acceptEdits auto',
      '',
      'start turn end',
      'bash zsh fish --help -h',
      'create list revoke --help -h',
      '--time-zone',
      'skip queue replace',
      'show',
      '',
    ])
  })

  test.each(['zsh', 'fish'])('%s gets every command', async (shell) => {
    await using inn = await openInn()
    const [script, help] = await Promise.all([inn.run(['completion', shell]), inn.run(['--help'])])
    const commands = [...help.stdout.matchAll(/^ {2}([a-z][a-z-]+) /gm)].map(([, name]) => name)
    expect(commands.length).toBeGreaterThan(7)
    for (const name of commands.filter((one) => one !== 'help'))
      expect(script.stdout).toContain(name)
    const check = spawnSync(shell, ['-n', '-c', script.stdout])
    // Where the shell is there it finds no fault in it.
    if (check.error === undefined) expect(check.status).toBe(0)
  })
})
