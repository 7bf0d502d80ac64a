import { z } from 'zod'
import type { AgentOptions } from '../../agent/index.ts'
import { usageError } from '../usage-error.ts'
import { readJsonObject } from './flag-values.ts'
import type { RunFlags } from './run-flags.ts'

/** What `startAgent` takes, as the flags say; its values are checked there. */
export function toAgentOptions(
  flags: RunFlags,
  context: { dir: string; cwd: string },
): AgentOptions {
  const {
    dataDir: _dataDir,
    session: _session,
    profile: _profile,
    server: _server,
    tokenFile: _tokenFile,
    file: _file,
    attach: _attach,
    output: _output,
    interactive: _interactive,
    verbose: _verbose,
    addDir,
    settings,
    mcpConfig,
    jsonSchema,
    agents,
    sessionPersistence,
    extraArg,
    timeout,
    startTimeout,
    stallTimeout,
    firstEventTimeout,
    requestTimeout,
    ...same
  } = flags
  return {
    cwd: context.cwd,
    ...same,
    dir: context.dir,
    ...(addDir !== undefined && { additionalDirectories: addDir }),
    ...(settings !== undefined && { settings: toSettings(settings) }),
    ...(mcpConfig !== undefined && { mcpServers: toMcpServers(mcpConfig) }),
    ...(jsonSchema !== undefined && {
      outputFormat: { type: 'json_schema', schema: readJsonObject('--json-schema', jsonSchema) },
    }),
    ...(agents !== undefined && { agents: toSubagents(agents) }),
    ...(!sessionPersistence && { persistSession: false }),
    ...(extraArg !== undefined && { extraArgs: extraArg }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(startTimeout !== undefined && { startTimeoutMs: startTimeout }),
    ...(stallTimeout !== undefined && { stallTimeoutMs: stallTimeout }),
    ...(firstEventTimeout !== undefined && { firstEventTimeoutMs: firstEventTimeout }),
    ...(requestTimeout !== undefined && { requestTimeoutMs: requestTimeout }),
  }
}

function toSettings(text: string): string | Record<string, unknown> {
  return text.trimStart().startsWith('{') ? readJsonObject('--settings', text) : text
}

/** Several files are one set of servers, as in the CLI. */
function toMcpServers(texts: string[]): NonNullable<AgentOptions['mcpServers']> {
  const servers: NonNullable<AgentOptions['mcpServers']> = {}
  for (const text of texts) {
    const { mcpServers } = readJsonObject('--mcp-config', text, { isPath: true })
    const parsed = mcpServersSchema.safeParse(mcpServers)
    if (!parsed.success) {
      throw usageError(
        '--mcp-config: its "mcpServers" does not hold servers by name',
        'give {"mcpServers": {"name": {"command": "…"} or {"type": "http", "url": "…"}}}',
      )
    }
    Object.assign(servers, parsed.data)
  }
  return servers
}

// Without `sdk`: a server in this process cannot come out of a file.
const mcpServersSchema = z.record(
  z.string(),
  z.union([
    z.strictObject({
      type: z.literal('stdio').exactOptional(),
      command: z.string(),
      args: z.array(z.string()).exactOptional(),
      env: z.record(z.string(), z.string()).exactOptional(),
    }),
    z.strictObject({
      type: z.enum(['http', 'sse']),
      url: z.string(),
      headers: z.record(z.string(), z.string()).exactOptional(),
    }),
  ]),
)

function toSubagents(text: string): NonNullable<AgentOptions['agents']> {
  const parsed = subagentsSchema.safeParse(readJsonObject('--agents', text))
  if (parsed.success) return parsed.data
  const [name] = parsed.error.issues[0]?.path ?? []
  throw usageError(
    `--agents: ${JSON.stringify(String(name))} is not the description of a subagent`,
    'give {"name": {"description": "…", "prompt": "…", "tools"?, "disallowedTools"?, "model"?}}',
  )
}

const subagentsSchema = z.record(
  z.string(),
  z.strictObject({
    description: z.string(),
    prompt: z.string(),
    tools: z.array(z.string()).exactOptional(),
    disallowedTools: z.array(z.string()).exactOptional(),
    model: z.string().exactOptional(),
  }),
)
