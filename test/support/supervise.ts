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
    attach,
  } = order
  const answering = isAskedInVain ? { canUseTool: () => new Promise<never>(() => {}) } : {}
  const dying = isDyingEarly ? { mcpServers: { deadly } } : {}
  if (order.diesAfterMs !== undefined) {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), order.diesAfterMs)
  }
  try {
    const agent =
      attach === undefined
        ? await startAgent({ ...options, ...answering, ...dying })
        : await attachAgent(attach, answering)
    if (isAwaitingReady) await agent.ready
    for (const { text, promptId } of prompts) agent.turn(text, { promptId })
    return { dir: agent.dir, pid: agent.pid, error: null }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return { dir: '', pid: 0, error: code }
  }
}
