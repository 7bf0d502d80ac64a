#!/usr/bin/env node
// The fake claude: node fake-claude.ts <scenario file> [claude's own arguments…]
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import type { FakeState } from './fake/lines.ts'
import { writeAll } from './fake/output.ts'
import { runFake } from './fake/run-fake.ts'
import type { FakeScenario } from './fake/scenario.ts'

const defaultLifetimeMs = 10 * 60_000
const folderCheckMs = 1_000
// The real CLI's own exit codes.
const signalExits = { SIGTERM: 143, SIGHUP: 129, SIGINT: 0 } as const

const [scenarioFile = '', ...args] = process.argv.slice(2)
await main()

async function main(): Promise<void> {
  // Written by writeFakeClaude, which has checked it: zod here would double the start-up time.
  const scenario: FakeScenario = JSON.parse(readFileSync(scenarioFile, 'utf8'))
  const version = scenario.version ?? '2.1.328'
  if (args.includes('--version')) return writeAll(`${version} (Claude Code)\n`)
  if (args[0] === 'auth') return writeAll('{"loggedIn":true,"authMethod":"api_key"}\n')
  limitLifetime(scenario)
  // Now, not at exit: hundreds may start before the first one ends.
  flushCompileCache()
  const ignoredSignals = heedSignals()
  process.exit(await runFake(scenario, toState(version), ignoredSignals))
}

/** Whatever becomes of the test, the fake does not outlive its folder or its time. */
function limitLifetime(scenario: FakeScenario): void {
  // Keeps the process alive as well: a silent fake whose input has ended must not just end.
  setTimeout(die, scenario.lifetimeMs ?? defaultLifetimeMs)
  setInterval(() => {
    if (!existsSync(scenarioFile)) die()
  }, folderCheckMs).unref()
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}

function heedSignals(): Set<string> {
  const ignored = new Set<string>()
  for (const [name, code] of Object.entries(signalExits)) {
    process.on(name, () => {
      if (!ignored.has(name)) process.exit(code)
    })
  }
  return ignored
}

function toState(version: string): FakeState {
  return {
    sessionId: toFlag('--session-id') ?? toFlag('--resume') ?? randomUUID(),
    version,
    model: toFlag('--model') ?? 'claude-fake-1',
    permissionMode: toFlag('--permission-mode') ?? 'default',
    emitsStates: process.env['CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS'] === '1',
    replaysPrompts: args.includes('--replay-user-messages'),
    includesPartials: args.includes('--include-partial-messages'),
    results: 0,
    lastIsError: false,
  }
}

function toFlag(name: string): string | null {
  const joined = args.find((arg) => arg.startsWith(`${name}=`))
  if (joined !== undefined) return joined.slice(name.length + 1)
  const index = args.indexOf(name)
  return index === -1 ? null : (args[index + 1] ?? null)
}
