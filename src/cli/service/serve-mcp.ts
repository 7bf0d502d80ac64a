import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import type { Hostler, Scope } from '../../client/index.ts'
import { HostlerError, hostlerError } from '../../errors.ts'
import { createMcpServer } from '../../mcp/create-mcp-server.ts'
import { toError } from '../../util/to-error.ts'
import { readVersion } from '../../version.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { safeLine } from '../terminal/safe-text.ts'
import type { ServerFlags } from './server-flags.ts'
import { withHostler } from './with-hostler.ts'

// A line is one message: what the daemon takes at most, as it is by default, and some more for escapes.
const maxLineBytes = 32 * 2 ** 20

/** Serves one client, until it closes stdin or a signal comes; the exit code. */
export async function serveMcp(flags: ServerFlags, io: Io): Promise<number> {
  return await withHostler(flags, io, async ({ hostler, signal }) => {
    // Stdout is the protocol's.
    const complain = (reason: unknown): void => {
      io.stderr.write(`hostler: ${safeLine(toError(reason).message)}\n`)
    }
    const scopes = await readScopes(hostler, signal)
    const transport = new StdioServerTransport(io.stdin, io.stdout, { maxBufferSize: maxLineBytes })
    const context = {
      hostler,
      version: readVersion(),
      scopes,
      closing: signal,
      toHostlerError(reason: unknown): HostlerError {
        if (reason instanceof HostlerError) return reason
        complain(reason)
        return hostlerError('internal', { id: 'mcp' }, { cause: reason })
      },
    }
    const server = serveStdio(() => createMcpServer(context), {
      transport,
      maxSubscriptions: 0,
      onerror: complain,
    })
    const ended = Promise.withResolvers<void>()
    // At the end of stdin, or when it closes itself over a line that is too long. It is no event target.
    const { onclose } = transport
    Object.assign(transport, {
      onclose: () => {
        onclose?.()
        ended.resolve()
      },
    })
    const leave = (): void => ended.resolve()
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    await ended.promise
    signal.removeEventListener('abort', leave)
    await server.close()
    return exitCodes.ok
  })
}

/**
 * What the token lets us do. Null when the daemon cannot say: it may be away for a moment, and whoever has
 * connected meanwhile would never learn of the tools. It looks at the token of every call itself.
 * @throws HostlerError `unauthorized`
 */
async function readScopes(hostler: Hostler, signal: AbortSignal): Promise<Scope[] | null> {
  try {
    return (await hostler.whoami({ signal })).scopes
  } catch (error) {
    if (error instanceof HostlerError && error.code !== 'unauthorized') return null
    throw error
  }
}
