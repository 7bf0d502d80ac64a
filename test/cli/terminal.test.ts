import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { waitFor } from '../support/wait-for.ts'
import { openInn } from './run-hostler.ts'
import { hasTmux, openTerminal } from './terminal.ts'

const touch = tool('Bash', { command: 'touch made' }, { text: 'I shall make it.' })
const slow = tool('Bash', { command: `bash -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 1; done'` })

// Without tmux there is no terminal to look at; run.test.ts holds the same without one.
describe.skipIf(!hasTmux)('hostler run at a terminal', () => {
  test('streams, asks for a permission, and tells the end', async () => {
    await using inn = await openInn([touch, text('It is made.')])
    await using terminal = await openTerminal(inn, ['run', 'make it'])
    const asked = await terminal.waitFor('Allow it?')
    expect(asked).toContain('I shall make it.')
    expect(asked).toMatch(/Bash wants to run:\n +touch made\n/)
    await terminal.press('Enter')
    const screen = await terminal.waitFor('exit 0')
    expect(screen).toMatch(/✓ Bash touch made +\d/)
    expect(screen).toContain('It is made.\n')
    // The status line is gone, and has torn nothing.
    expect(screen).not.toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/)
    expect(existsSync(join(inn.workspace, 'made'))).toBe(true)
  })

  test('a denial with its reason reaches the agent', async () => {
    await using inn = await openInn([touch, text('Then not.')])
    await using terminal = await openTerminal(inn, ['run', 'make it'])
    await terminal.waitFor('Allow it?')
    await terminal.press('Up', 'Enter')
    await terminal.waitFor('Why?')
    await terminal.press('because of rain', 'Enter')
    await terminal.waitFor('exit 0')
    expect(inn.model.prompts.at(-1)?.toolResultText).toContain('because of rain')
    expect(existsSync(join(inn.workspace, 'made'))).toBe(false)
  })

  test('questions: one of several, several, and words of their own', async () => {
    const options = (...labels: string[]): object[] =>
      labels.map((label) => ({ label, description: `it is ${label}` }))
    await using inn = await openInn([
      tool('AskUserQuestion', {
        questions: [
          { question: 'Which?', header: 'A', options: options('Red', 'Green'), multiSelect: false },
          {
            question: 'What else?',
            header: 'B',
            options: options('Oats', 'Hay'),
            multiSelect: true,
          },
          { question: 'When?', header: 'C', options: options('Now', 'Later'), multiSelect: false },
        ],
      }),
      text('Thank you.'),
    ])
    await using terminal = await openTerminal(inn, ['run', 'ask me'])
    await terminal.waitFor('Which?')
    await terminal.press('Down', 'Enter')
    await terminal.waitFor('What else?')
    await terminal.press('Space', 'Down', 'Space', 'Enter')
    await terminal.waitFor('When?')
    await terminal.press('Up', 'Enter')
    await terminal.waitFor(/When\?[\s\S]*When\?/)
    await terminal.press('at dawn', 'Enter')
    await terminal.waitFor('exit 0')
    const answer = inn.model.prompts.at(-1)?.toolResultText
    expect(answer).toContain('"Which?"="Green"')
    expect(answer).toContain('"What else?"="Oats, Hay"')
    expect(answer).toContain('"When?"="at dawn"')
  })

  test('Ctrl-C interrupts the turn; the session can be gone on with', async () => {
    await using inn = await openInn([slow])
    await using terminal = await openTerminal(inn, ['run', '--allowed-tools', 'Bash', 'go'])
    // The status line tells what runs.
    await terminal.waitFor(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] .* Bash bash -c/)
    await terminal.press('C-c')
    const screen = await terminal.waitFor('exit 130')
    expect(screen).toMatch(/✗ cancelled .* session [0-9a-f-]{36}\n +go on: hostler run --resume/)
  })

  test('-i asks for further prompts, until Ctrl-D', async () => {
    await using inn = await openInn([text('One.'), text('Two.')])
    await using terminal = await openTerminal(inn, ['run', '-i', 'first'])
    await terminal.waitFor(/One\.[\s\S]*›/)
    await terminal.press('second', 'Enter')
    await terminal.waitFor(/Two\.[\s\S]*› *\n/)
    await terminal.press('C-d')
    await terminal.waitFor('exit 0')
    expect(inn.model.prompts.map((one) => one.lastUserText)).toEqual(['first', 'second'])
  })

  test('attach leaves the agent running on Ctrl-D, and stops it on /exit', async () => {
    await using inn = await openInn([slow, text('One.'), text('Two.')])
    const started = inn.start(['run', '-o', 'stream-json', '--allowed-tools', 'Bash', 'go'])
    await waitFor(() => started.output.stdout.includes('"tool_started"'), { timeoutMs: 20_000 })
    started.child.kill('SIGKILL')
    await started.ended
    const listed = await inn.run(['agents', '--json'])
    const id = /"id": "([^"]+)"/.exec(listed.stdout)?.[1] ?? ''
    await using terminal = await openTerminal(inn, ['attach', id])
    await terminal.waitFor(/One\.[\s\S]*› *\n/)
    await terminal.press('go on', 'Enter')
    await terminal.waitFor(/Two\.[\s\S]*› *\n/)
    await terminal.press('C-d')
    await terminal.waitFor('the agent runs on')
    await using again = await openTerminal(inn, ['attach', id])
    await again.waitFor(/Two\.[\s\S]*› *\n/)
    await again.press('/exit', 'Enter')
    await again.waitFor('exit 0')
    const agents = await inn.run(['agents', '--json'])
    expect(agents.stdout).not.toContain('"running"')
  })
})
