import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allowsCommand, catchesCommand } from './match-command.ts'

describe('a rule that allows', () => {
  test.each([
    ['git *', 'git status'],
    ['git *', 'git'],
    ['git *', '  git log --oneline -3 '],
    ['git log*', 'git log -p'],
    ['npm run test', 'npm run test'],
    ['*', 'anything; at all'],
    ['env *', 'env X=1 git status'],
    [String.raw`echo \*`, 'echo *'],
  ])('%s allows %s', (pattern, command) => {
    expect(allowsCommand(pattern, command)).toBe(true)
  })

  test.each([
    'git status; rm -rf /',
    'git status && rm -rf /',
    'git status || rm x',
    'git status & rm x',
    'git status | sh',
    'git status\nrm x',
    'git log $(rm x)',
    'git log `rm x`',
    'git log > /etc/passwd',
    'git log >> x',
    'git apply < x',
    'git diff <(rm x)',
    '(git status)',
    '{ git status; }',
    'git log ${X:=y}',
    'env X=y git status',
    'X=y git status',
    'GIT_PAGER=rm git log',
    'sudo git status',
    'gitx status',
    '',
  ])('"git *" does not allow %j', (command) => {
    expect(allowsCommand('git *', command)).toBe(false)
  })

  test.each([
    ['* status', 'X=y git status'],
    ['* status', 'env X=y git status'],
    ['* status', '"env" X=y git status'],
    ['* status', '/usr/bin/env X=y git status'],
    ['*status', 'eval rm x status'],
    ['**', 'rm x; y'],
    [String.raw`echo \*`, 'echo x'],
  ])('%s does not allow %s', (pattern, command) => {
    expect(allowsCommand(pattern, command)).toBe(false)
  })

  test('never more than one simple command, whatever pattern and command are', () => {
    const signs = ';&|\n\r()`<>{}$"\'\\\0#!'.split('')
    const pieces = ['git', 'status', ' ', 'rm', '*', 'X=1', 'env', ...signs]
    const piece = fc.constantFrom(...pieces)
    const words = fc.array(piece, { maxLength: 12 }).map((all) => all.join(''))
    fc.assert(
      fc.property(words, words, (pattern, command) => {
        fc.pre(pattern !== '*')
        if (!allowsCommand(pattern, command)) return
        expect(command.trim()).not.toMatch(/[;&|<>$`(){}\n\r\0]/)
        expect(command.trim()).not.toMatch(/^\w+=/)
      }),
      { numRuns: 5_000 },
    )
  })

  test('one simple command is allowed whatever its arguments are', () => {
    const plain = fc.stringMatching(/^[\w ./=:,@%^+-]*$/)
    fc.assert(
      fc.property(plain, (args) => {
        expect(allowsCommand('git *', `git ${args}`)).toBe(true)
      }),
    )
  })
})

describe('a rule that denies or asks', () => {
  test.each([
    'rm -rf /',
    'rm',
    'git status; rm -rf /',
    'git status && rm x',
    'a | rm x',
    'a\nrm x',
    'echo $(rm x)',
    'echo `rm x`',
    'env X=y rm x',
    'X=y rm x',
    'sudo -u root rm x',
    'bash -c "rm x"',
    "sh -c 'cd /; rm x'",
    '/bin/rm x',
    String.raw`r\m x`,
    '"rm" x',
    'find . -exec rm {} +',
    'ls | xargs -n 1 rm -f',
    'if true; then rm x; fi',
    'timeout 5 rm x',
  ])('"rm *" catches %j', (command) => {
    expect(catchesCommand('rm *', command)).toBe(true)
  })

  test.each(['git rm x', 'ls rm', 'rmdir x', 'echo hello'])('"rm *" leaves %j', (command) => {
    expect(catchesCommand('rm *', command)).toBe(false)
  })

  test('what it catches alone it catches behind anything', () => {
    const before = fc.constantFrom('a; ', 'a && ', 'a | ', 'a\n', '$(', '`', 'X=1 ', 'env ', '( ')
    fc.assert(
      fc.property(fc.array(before, { maxLength: 6 }), (parts) => {
        expect(catchesCommand('rm *', `${parts.join('')}rm -rf x`)).toBe(true)
      }),
    )
  })

  test('an agent cannot hold it up with a long command', () => {
    expect(catchesCommand('*a*b*c*d', 'ab'.repeat(500_000))).toBe(false)
    expect(catchesCommand('rm x', 'env a '.repeat(200_000))).toBe(true)
    expect(catchesCommand('rm x', 'A=1 '.repeat(200_000))).toBe(true)
    expect(allowsCommand('*a*b*c*d', 'ab'.repeat(500_000))).toBe(false)
  })
})
