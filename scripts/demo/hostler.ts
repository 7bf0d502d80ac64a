import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { AgentOptions } from '../../src/agent/index.ts'

const mainFile = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const pinned = `@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`

/** hostler as the demo runs it: as a program, and what its library needs for the same. */
export type Hostler = {
  /** Runs it in this terminal, to its end. */
  run(args: string[]): Promise<number>
  /** Starts it in this terminal. */
  start(args: string[]): ChildProcess
  env: Record<string, string | undefined>
  options: Pick<AgentOptions, 'dir' | 'cwd'>
}

export function createHostler(place: {
  env: Readonly<Record<string, string | undefined>>
  dataDir: string
  workspace: string
  /** Takes the home and what the CLI puts into the folder for temporary files. */
  root: string
  /** `null`: the user's own login. */
  modelUrl: string | null
}): Hostler {
  const { dataDir, workspace, root, modelUrl } = place
  const env = {
    ...place.env,
    HOSTLER_DATA_DIR: dataDir,
    TMPDIR: `${root}/tmp`,
    ...(modelUrl !== null && {
      HOME: `${root}/home`,
      CLAUDE_CONFIG_DIR: undefined,
      CLAUDE_CODE_OAUTH_TOKEN: undefined,
      ANTHROPIC_AUTH_TOKEN: undefined,
      ANTHROPIC_BASE_URL: modelUrl,
      ANTHROPIC_API_KEY: 'sk-ant-dummy',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      HOSTLER_CLAUDE_BIN: `${modules}/${pinned}`,
    }),
  }

  function start(args: string[]): ChildProcess {
    process.stdout.write(`$ hostler ${args.map(shorten).join(' ')}\n`)
    return spawn(process.execPath, ['--no-warnings', mainFile, ...args], {
      cwd: workspace,
      env,
      // No keyboard: the demo plays by itself.
      stdio: ['ignore', 'inherit', 'inherit'],
    })
  }

  return {
    start,
    async run(args) {
      const [code] = await once(start(args), 'exit')
      return typeof code === 'number' ? code : 1
    },
    env,
    options: { dir: dataDir, cwd: workspace },
  }
}

function shorten(arg: string): string {
  if (!/[\s']/.test(arg)) return arg
  return JSON.stringify(arg.length > 60 ? `${arg.slice(0, 57)}…` : arg)
}
