import { z } from 'zod'
import { outcomes } from '../../events/outcome.ts'
import type { AgentDefinition } from '../../agent/index.ts'
import type { NamedMcpServer, Profile } from '../contract/profile.ts'
import type { WorkspaceSource } from '../contract/session.ts'
import { anyText, byteSize, longTime, text, texts, textsByName, timerOrNone } from './fields.ts'
import { whole } from './fields.ts'

// What keys of a profile take that are objects themselves.

export const anyObject: z.ZodType<Record<string, unknown>> = z.record(z.string(), z.unknown(), {
  error: 'an object',
})

export const workspace: z.ZodType<WorkspaceSource> = z.union(
  [
    z.strictObject({ path: text }),
    z.strictObject({
      git: text,
      ref: text.exactOptional(),
      branch: text.exactOptional(),
    }),
  ],
  { error: '{ path } or { git, ref?, branch? }' },
)

export const mcpServer: z.ZodType<NamedMcpServer> = z.union(
  [
    z.strictObject({
      type: z.literal('stdio').exactOptional(),
      command: text,
      args: z.array(anyText).exactOptional(),
      env: textsByName.exactOptional(),
    }),
    z.strictObject({
      type: z.literal(['http', 'sse']),
      url: text,
      headers: textsByName.exactOptional(),
    }),
  ],
  { error: '{ command, args?, env? } or { type: "http" | "sse", url, headers? }' },
)

export const subagent: z.ZodType<AgentDefinition> = z.strictObject(
  {
    description: text,
    prompt: text,
    tools: texts.exactOptional(),
    disallowedTools: texts.exactOptional(),
    model: text.exactOptional(),
  },
  { error: '{ description, prompt, tools?, disallowedTools?, model? }' },
)

export const outputFormat: z.ZodType<NonNullable<Profile['outputFormat']>> = z.strictObject(
  { type: z.literal('json_schema', { error: '"json_schema"' }), schema: anyObject },
  { error: '{ type: "json_schema", schema }' },
)

export const retention: z.ZodType<NonNullable<Profile['retention']>> = z.strictObject(
  { maxAgeMs: longTime.exactOptional(), maxBytes: byteSize(1).exactOptional() },
  { error: '{ maxAgeMs?, maxBytes? }' },
)

export const permissionRules: z.ZodType<NonNullable<Profile['permissions']>> = z.array(
  z.strictObject(
    {
      tool: text,
      match: text.exactOptional(),
      decision: z.enum(['allow', 'deny', 'ask'], { error: '"allow", "deny" or "ask"' }),
      reason: text.exactOptional(),
    },
    { error: '{ tool, match?, decision, reason? }' },
  ),
  { error: 'a list of { tool, match?, decision, reason? }' },
)

const outcomeAction = z.union(
  [
    z.enum(['fail', 'ask']),
    z.strictObject({
      do: z.literal('retry'),
      maxAttempts: whole(1, 100, 'attempts').exactOptional(),
      firstBackoffMs: timerOrNone.exactOptional(),
      maxBackoffMs: timerOrNone.exactOptional(),
    }),
  ],
  { error: '"fail", "ask" or { do: "retry", maxAttempts?, firstBackoffMs?, maxBackoffMs? }' },
)

export const outcomeActions: z.ZodType<NonNullable<Profile['outcomes']>> = z.partialRecord(
  z.enum(outcomes),
  outcomeAction,
  { error: 'an object of actions by outcome' },
)
