import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseScenario } from './fake/parse-scenario.ts'
import type { FakeScenario } from './fake/scenario.ts'

/**
 * Writes an executable `claude` that plays the scenario, and returns its path. The fake ends when
 * its folder is deleted, or after its lifetime.
 * @param dir The folder to write into; created when missing. One folder per scenario.
 * @throws HostlerError `script_invalid`, naming the field.
 */
export async function writeFakeClaude(dir: string, scenario: FakeScenario = {}): Promise<string> {
  const checked = parseScenario(scenario)
  await mkdir(dir, { recursive: true })
  const scenarioFile = join(dir, 'scenario.json')
  await writeFile(scenarioFile, JSON.stringify(checked))
  const path = join(dir, 'claude')
  const version = quote(`${checked.version ?? '2.1.328'} (Claude Code)`)
  // The version is asked at every start of an agent: the shell answers that without node's start-up.
  const script = [
    '#!/bin/sh',
    `[ "$1" = --version ] && { echo ${version}; exit 0; }`,
    // Saves all but the first from stripping types: 50 ms, and 18 of 33 MB.
    `NODE_COMPILE_CACHE=${quote(join(dir, 'cache'))}; export NODE_COMPILE_CACHE`,
    `exec ${[process.execPath, '--no-warnings', fakeClaudePath(), scenarioFile].map(quote).join(' ')} "$@"`,
  ]
  await writeFile(path, `${script.join('\n')}\n`)
  await chmod(path, 0o755)
  return path
}

/** The program behind the fake: `node <path> <scenario file> [claude's arguments…]`. */
export function fakeClaudePath(): string {
  // From source or from the build: the extension is this module's own.
  const self = new URL(import.meta.url)
  return fileURLToPath(
    new URL(self.pathname.endsWith('.ts') ? 'fake-claude.ts' : 'fake-claude.js', self),
  )
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
