import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startScriptedModel, type ModelRequest, type ScriptInput } from '../../src/testing/index.ts'
import { isolatedEnv } from './real-claude.ts'
import { runClaude, type ClaudeRun } from './run-claude.ts'
import { tempDir } from './temp-dir.ts'

/** A one-shot run of the real CLI against a script. */
export type ModelCase = {
  script: ScriptInput
  args?: string[]
  oauthToken?: string
  /** Default 0. */
  maxRetries?: number
  prompt?: string
}

/** What the run and the model say of it; `files` are those of "a" and "b" that exist afterwards. */
export type ModelRun = ClaudeRun & {
  prompts: readonly ModelRequest[]
  requests: readonly ModelRequest[]
  dry: readonly ModelRequest[]
  files: string[]
}

/** Runs the CLI at `path` once, in a home and a folder of its own. */
export async function playModel(path: string, options: ModelCase): Promise<ModelRun> {
  const { script, args = [], prompt = 'go', ...rest } = options
  await using dir = await tempDir()
  await using model = await startScriptedModel({ script })
  const env = await isolatedEnv(join(dir.path, 'home'), model.url, { maxRetries: 0, ...rest })
  const run = await runClaude(path, {
    args: ['-p', '--output-format=stream-json', '--verbose', ...args, '--', prompt],
    cwd: dir.path,
    env,
  })
  const files = ['a', 'b'].filter((name) => existsSync(join(dir.path, name)))
  return {
    ...run,
    prompts: [...model.prompts],
    requests: [...model.requests],
    dry: [...model.errors],
    files,
  }
}
