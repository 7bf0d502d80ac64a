import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { z } from 'zod'

export const mainFile: string = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** An MCP client of hostler's, over one of the two ways. */
export type McpClient = AsyncDisposable & {
  client: Client
  /** Calls a tool and gives what it gave, or its error. */
  call(
    name: string,
    args?: Record<string, unknown>,
    options?: { signal?: AbortSignal; onProgress?: (message: string) => void },
  ): Promise<Given>
}

export type Given = { isError: boolean; value: Record<string, unknown>; text: string }

export type Way = 'stdio' | 'HTTP'

const resultSchema = z.object({
  isError: z.boolean().optional(),
  structuredContent: z.record(z.string(), z.unknown()),
  content: z.array(z.object({ text: z.string() })),
})

export async function connectMcp(
  way: Way,
  { url, token, version }: { url: string; token?: string; version?: string },
): Promise<McpClient> {
  const stdio =
    way === 'stdio'
      ? new StdioClientTransport({
          command: process.execPath,
          args: ['--no-warnings', mainFile, 'mcp', '--server', url],
          env: {
            PATH: process.env['PATH'] ?? '',
            HOSTLER_TEST_RUN: process.env['HOSTLER_TEST_RUN'] ?? '',
            ...(token === undefined ? {} : { HOSTLER_TOKEN: token }),
          },
          stderr: 'ignore',
        })
      : null
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const transport =
    stdio ?? new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } })
  const client = new Client(
    { name: 'test', version: '1' },
    version === undefined ? {} : { versionNegotiation: { mode: { pin: version } } },
  )
  await client.connect(transport)
  return {
    client,
    async call(name, args = {}, { signal, onProgress } = {}) {
      const result = await client.callTool(
        { name, arguments: args },
        {
          ...(signal === undefined ? {} : { signal }),
          ...(onProgress === undefined
            ? {}
            : { onprogress: ({ message }) => onProgress(message ?? '') }),
        },
      )
      const { isError = false, structuredContent, content } = resultSchema.parse(result)
      return { isError, value: structuredContent, text: content[0]?.text ?? '' }
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}

/** A field of what was given, however deep. */
export function at(given: Given, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : null),
    given.value,
  )
}

/** The same as a text. */
export function textAt(given: Given, ...path: string[]): string {
  return z.string().parse(at(given, ...path))
}
