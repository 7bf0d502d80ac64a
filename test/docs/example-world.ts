import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ScriptedModel,
  type ScriptInput,
  startScriptedModel,
} from '../../src/testing/index.ts'
import { isolatedEnv, newestClaude } from '../support/real-claude.ts'
import { tempDir } from '../support/temp-dir.ts'
import { codeBlocks, readProjectFile, runExample } from './run-example.ts'

/** A folder with the real CLI and a scripted model, for programs that the documents show. */
export type ExampleWorld = AsyncDisposable & {
  dir: string
  env: Record<string, string>
  model: ScriptedModel
  /** Runs a program; resolves with what it printed. */
  run(code: string): Promise<string>
}

/** Its `hostler-data/hostler.yaml` is the one that docs/library.md shows. */
export async function openExampleWorld(script: ScriptInput): Promise<ExampleWorld> {
  await using stack = new AsyncDisposableStack()
  const { path: dir } = stack.use(await tempDir())
  const model = stack.use(await startScriptedModel({ script }))
  const modelEnv = await isolatedEnv(join(dir, 'home'), model.url)
  const env = { ...modelEnv, HOSTLER_CLAUDE_BIN: newestClaude.path }
  const [configuration = ''] = codeBlocks(await readProjectFile('docs/library.md'), 'yaml')
  await mkdir(join(dir, 'hostler-data'))
  await mkdir(join(dir, 'stable'))
  await writeFile(join(dir, 'hostler-data/hostler.yaml'), configuration)
  const owned = stack.move()
  return {
    dir,
    env,
    model,
    run: (code) => runExample(code, { dir, env }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
