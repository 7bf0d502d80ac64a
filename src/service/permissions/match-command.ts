import { matchGlob } from './match-glob.ts'

/** What makes a shell do more than one thing, or another one than it looks like. Also within quotes. */
const operators = /[;&|<>$`(){}\n\r\0]/

/** Programs and words of the shell that run what comes after them. */
const wrappers: ReadonlySet<string> = new Set(
  [
    'env command builtin exec eval sudo doas su xargs nohup setsid nice ionice time timeout stdbuf',
    'sh bash zsh dash ksh fish busybox coproc watch flock script unshare chroot ssh parallel source',
    'if then else elif while until do ! . find',
  ].flatMap((words) => words.split(' ')),
)

const assignment = /^\w+(\[[^\]]*\])?\+?=/

/**
 * A wrapper has every later word looked at. With more of them, or in a longer text, the command is caught
 * unseen: an agent chooses it, and must not be able to hold up the process with it.
 */
const mostWords = 500
const mostCharacters = 10_000

/**
 * Whether a rule that allows `pattern` allows this command: one simple command that is as it says. The
 * bare `*` allows all. A quoted operator is refused, too: to tell it from a real one takes a shell.
 */
export function allowsCommand(pattern: string, command: string): boolean {
  if (pattern === '*') return true
  const text = command.trim()
  if (operators.test(text)) return false
  const [first = ''] = wordsOf(text)
  if (assignment.test(first)) return false
  const program = programOf(first)
  if (wrappers.has(program) && !pattern.startsWith(`${program} `) && pattern !== program)
    return false
  return fits(pattern, text)
}

/**
 * Whether a rule that denies or asks about `pattern` catches this command: all of it, or any part of it.
 * Looks into quotes and behind `env`, `sudo`, `sh -c` and their like, and rather catches too much.
 */
export function catchesCommand(pattern: string, command: string): boolean {
  if (pattern === '*') return true
  const parts = [command, ...command.split(operators)]
  return parts.some((part) =>
    [part.trim(), unquoted(part)].some((text) => catchesPart(pattern, text)),
  )
}

function catchesPart(pattern: string, text: string): boolean {
  if (fits(pattern, text)) return true
  const words = wordsOf(text)
  let isWrapped = false
  for (const [index, word] of words.entries()) {
    if (index > mostWords || (index > 0 && text.length > mostCharacters)) return true
    const rest = words.slice(index + 1)
    if (fits(pattern, [word, ...rest].join(' '))) return true
    if (fits(pattern, [programOf(word), ...rest].join(' '))) return true
    if (wrappers.has(programOf(word))) isWrapped = true
    else if (!isWrapped && !assignment.test(word)) return false
  }
  return false
}

/** ` *` at the end stands for arguments, of which there may be none. */
function fits(pattern: string, text: string): boolean {
  if (matchGlob(pattern, text)) return true
  return pattern.endsWith(' *') && matchGlob(pattern.slice(0, -2), text)
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

/** `"/usr/bin/env"` is `env`. */
function programOf(word: string): string {
  return unquoted(word).split('/').at(-1) ?? ''
}

function unquoted(text: string): string {
  return wordsOf(text.replaceAll(/["'\\]/g, '')).join(' ')
}
