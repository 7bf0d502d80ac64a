import { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { attachAgent, startAgent, type AgentOptions } from '../../src/agent/index.ts'

// A supervisor that is there to be killed: `node supervise.ts '{"options":{…}}'`. It writes one line of
// JSON when the agent has been started and the prompts are on their way, and lives until then.

/** What it does. */
export type SuperviseOrder = {
  options: AgentOptions
  /** Sent in this order. */
  prompts: { text: string; promptId: string }[]
  /** Takes requests and never answers them. */
  isAskedInVain?: boolean
  /** Has an MCP server "lab" whose tool "hang" never answers. */
  hasHangingTool?: boolean
  /** Waits for the first answer of the CLI before it says that it has begun. */
  isAwaitingReady?: boolean
  /** Dies as soon as the agent has been launched, before anything is written to it. */
  isDyingEarly?: boolean
  /** Dies so long after it has begun to start the agent. */
  diesAfterMs?: number
  /** Takes over this agent instead of starting one. */
  attach?: string
}

/** What it says, once it has begun. */
export type SuperviseReport = { dir: string; pid: number; error: string | null }

/** An MCP server of this process is connected before anything is written to the agent. */
const deadly = {
  type: 'sdk' as const,
  instance: { connect: async () => void process.kill(process.pid, 'SIGKILL') },
}

function hangingServer(): McpServer {
  const server = new McpServer({ name: 'lab', version: '1.0.0' })
  const inputSchema = z.object({ word: z.string() })
  server.registerTool('hang', { description: 'Hangs', inputSchema }, async () => {
    return await new Promise<never>(() => undefined)
  })
  return server
}

const order: SuperviseOrder = JSON.parse(process.argv[2] ?? '{}')
process.stdout.write(`${JSON.stringify(await begin())}\n`)
// Open as long as the test holds the other end.
process.stdin.resume()

async function begin(): Promise<SuperviseReport> {
  const {
    options,
    prompts,
    isAskedInVain = false,
    isAwaitingReady = false,
    isDyingEarly = false,
    hasHangingTool = false,
    attach,
  } = order
  const answering = isAskedInVain ? { canUseTool: () => new Promise<never>(() => {}) } : {}
  const dying = isDyingEarly ? { mcpServers: { deadly } } : {}
  const hanging = hasHangingTool
    ? { mcpServers: { lab: { type: 'sdk' as const, instance: hangingServer() } } }
    : {}
  if (order.diesAfterMs !== undefined) {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), order.diesAfterMs)
  }
  try {
    const agent =
      attach === undefined
        ? await startAgent({ ...options, ...answering, ...dying, ...hanging })
        : await attachAgent(attach, answering)
    if (isAwaitingReady) await agent.ready
    for (const { text, promptId } of prompts) agent.turn(text, { promptId })
    return { dir: agent.dir, pid: agent.pid, error: null }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return { dir: '', pid: 0, error: code }
  }
}
