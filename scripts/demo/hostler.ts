import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const mainFile = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const pinned = `@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`

/** hostler as the demo runs it: as a program, in this terminal. */
export type Hostler = {
  /** Ends whatever of it still runs. */
  close(): Promise<void>
  /** Runs it to its end. */
  run(args: string[]): Promise<number>
  /** Starts it. */
  start(args: string[]): ChildProcess
  /** Starts `hostler serve`, on a port that is taken again by the next one. */
  serve(): Promise<Daemon>
}

export type Daemon = {
  url: string
  pid: number | undefined
  /** Resolves with its end. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
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
    // It begins a good twenty times.
    NODE_COMPILE_CACHE: `${root}/compile-cache`,
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

  let port = '0'
  let url = ''
  const running = new Set<ChildProcess>()

  function spawnHostler(args: string[], stdout: 'inherit' | 'pipe'): ChildProcess {
    process.stdout.write(`$ hostler ${args.map(shorten).join(' ')}\n`)
    const child = spawn(process.execPath, ['--no-warnings', mainFile, ...args], {
      cwd: workspace,
      env: { ...env, HOSTLER_URL: url },
      // No keyboard: the demo plays by itself.
      stdio: ['ignore', stdout, 'inherit'],
    })
    running.add(child)
    child.once('exit', () => running.delete(child))
    return child
  }

  const start = (args: string[]): ChildProcess => spawnHostler(args, 'inherit')

  return {
    start,
    async close() {
      const ends = [...running].map((child) => once(child, 'exit'))
      for (const child of running) child.kill('SIGTERM')
      await Promise.all(ends)
    },
    async run(args) {
      const [code] = await once(start(args), 'exit')
      return typeof code === 'number' ? code : 1
    },
    async serve() {
      const child = spawnHostler(['serve', '--port', port], 'pipe')
      const ended = once(child, 'exit')
      const { stdout } = child
      if (stdout === null) throw new Error('hostler serve has no output')
      const [line] = await once(createInterface({ input: stdout }), 'line')
      url = String(line)
      port = new URL(url).port
      process.stdout.write(`${url}\n`)
      return {
        url,
        pid: child.pid,
        async end(signal) {
          child.kill(signal)
          await ended
        },
      }
    },
  }
}

function shorten(arg: string): string {
  if (!/[\s']/.test(arg)) return arg
  return JSON.stringify(arg.length > 60 ? `${arg.slice(0, 57)}…` : arg)
}
