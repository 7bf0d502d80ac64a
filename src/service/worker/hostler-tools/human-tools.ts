import type { McpServer } from '@modelcontextprotocol/server'
import {
  agentQuestionSchema,
  newProgressSchema,
  newTitleSchema,
} from '../../api-schema/agent-call-schema.ts'
import { answerCall, keyed, shownAtOnce, type ToolHost } from './tool-call.ts'

// A month: it is the profile that says how long a question is open.
const longestWaitMs = 31 * 24 * 3_600_000

/** Asks a human, and gives the answer as the tool's result. */
export function addAskHuman(server: McpServer, host: ToolHost): void {
  const description =
    'Ask a human and wait for the answer. Use it for a decision that is not yours to make, or for what you cannot find out. Say all that is needed to answer; give options where there are some. The answer may take hours.'
  server.registerTool(
    'ask_human',
    { description, inputSchema: agentQuestionSchema, _meta: shownAtOnce },
    async (question, context) =>
      await answerCall(host, context, async (call) => {
        const options = { ...keyed(call), waitMs: longestWaitMs }
        const { answer } = await call.calls.ask(question, options)
        return answer ?? 'Nobody has answered yet.'
      }),
  )
}

/** Tells people how far the run is. */
export function addReportProgress(server: McpServer, host: ToolHost): void {
  const description =
    'Tell the people who follow this run how far it is, in one line. For steps that take minutes, not for every tool call.'
  server.registerTool(
    'report_progress',
    { description, inputSchema: newProgressSchema, _meta: shownAtOnce },
    async (progress, context) =>
      await answerCall(host, context, async ({ calls, signal }) => {
        await calls.reportProgress(progress, { signal })
        return 'Reported.'
      }),
  )
}

/** Names the session. */
export function addSetTitle(server: McpServer, host: ToolHost): void {
  const description = 'Name this session in a few words, by which people find it again.'
  server.registerTool(
    'set_title',
    { description, inputSchema: newTitleSchema, _meta: shownAtOnce },
    async ({ title }, context) =>
      await answerCall(host, context, async ({ calls, signal }) => {
        await calls.setTitle(title, { signal })
        return 'Named.'
      }),
  )
}
