import { join } from 'node:path'
import type { FakeScenario } from '../../src/testing/index.ts'
import { writeFakeClaude } from '../../src/testing/index.ts'
import { runClaude, toUserLine, type ClaudeRun } from './run-claude.ts'
import { tempDir } from './temp-dir.ts'

/** What a fake claude needs of its environment in tests. */
export function fakeEnv(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    TMPDIR: process.env['TMPDIR'] ?? '',
    CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: '1',
  }
}

/** Runs a fake claude to its end, with one prompt "hi" of uuid "u-1" unless `stdin` is given. */
export async function playFake(
  scenario: FakeScenario,
  options: { args?: string[]; stdin?: string } = {},
): Promise<ClaudeRun> {
  const { args = [], stdin = toUserLine('hi', 'u-1') } = options
  await using dir = await tempDir()
  // A path that a careless shell line would trip over.
  const path = await writeFakeClaude(join(dir.path, "it's a fake"), scenario)
  return await runClaude(path, { args, cwd: dir.path, env: fakeEnv(), stdin })
}
