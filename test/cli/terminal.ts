import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { waitFor } from '../support/wait-for.ts'
import { mainFile, type Inn } from './run-hostler.ts'

const execFileAsync = promisify(execFile)

/** hostler in a terminal of its own, with a keyboard. */
export type Terminal = AsyncDisposable & {
  /** Presses keys: texts, and names of keys as tmux has them (`Enter`, `Down`, `C-c`). */
  press(...keys: string[]): Promise<void>
  /** Waits until the screen shows it; gives the whole screen. */
  waitFor(what: string | RegExp): Promise<string>
}

/** tmux draws the screen, so that what is asserted is what a person sees. */
export const hasTmux: boolean = spawnSync('tmux', ['-V']).status === 0

/** Starts hostler in a terminal of 100 by 40; the screen ends with `exit <code>`. */
export async function openTerminal(
  inn: Pick<Inn, 'env' | 'workspace'>,
  args: string[],
): Promise<Terminal> {
  const socket = `hostler-${process.pid}-${performance.now()}`
  const words = [process.execPath, '--no-warnings', mainFile, ...args].map(quote).join(' ')
  // Some shells would die of the Ctrl-C that is meant for hostler.
  const command = `trap : INT; ${words}; echo "exit $?"; exec cat`

  async function tmux(...rest: string[]): Promise<string> {
    const { stdout } = await execFileAsync('tmux', ['-L', socket, '-f', '/dev/null', ...rest], {
      env: { ...inn.env, TERM: 'xterm-256color' },
    })
    return stdout
  }

  await tmux('new-session', '-d', '-x', '100', '-y', '40', '-c', inn.workspace, command)
  return {
    async press(...keys) {
      await tmux('send-keys', ...keys)
    },
    waitFor(what) {
      return waitFor(
        async () => {
          const screen = await tmux('capture-pane', '-p')
          const isThere = typeof what === 'string' ? screen.includes(what) : what.test(screen)
          if (!isThere) throw new Error(`the screen shows:\n${screen.trimEnd()}`)
          return screen
        },
        { timeoutMs: 20_000, what: `the terminal shows ${String(what)}` },
      )
    },
    async [Symbol.asyncDispose]() {
      await tmux('kill-server').catch(() => undefined)
    },
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
