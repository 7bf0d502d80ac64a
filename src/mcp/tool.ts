import type { Tool as ListedTool, ToolAnnotations } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Hostler } from '../service/contract/hostler.ts'
import type { Scope } from '../service/contract/operations.ts'
import { parseInput } from '../service/api-schema/parse-input.ts'

/** One call of a tool. */
export type ToolCall = {
  hostler: Hostler
  /** Aborts when the client has cancelled the call, or is gone. */
  signal: AbortSignal
  /** Aborts when the server stops. */
  closing: AbortSignal
  /** Tells the client how it goes, where it wants to hear that. */
  tell: (message: string) => void
}

/** One thing that a client can do: what it is told of it, who may, and what is done. */
export type Tool = {
  name: string
  title: string
  description: string
  /** One of these scopes is enough; the same as for the endpoint of the HTTP API. */
  access: readonly Scope[]
  annotations: ToolAnnotations
  /** JSON Schema of its arguments. */
  toInputSchema: () => InputSchema
  /** @throws HostlerError `invalid_input`, and what the call throws */
  call: (args: unknown, call: ToolCall) => Promise<Record<string, unknown>>
}

type InputSchema = ListedTool['inputSchema']

type ToolDefinition<T> = Omit<Tool, 'toInputSchema' | 'call'> & {
  input: z.ZodType<T>
  /** What its fields mean that do not say it by their names. */
  fields?: Readonly<Record<string, string>>
  run: (input: T, call: ToolCall) => Promise<Record<string, unknown>>
}

/** A tool whose arguments are looked at before it runs. */
export function defineTool<T>({ input, fields, run, ...about }: ToolDefinition<T>): Tool {
  let schema: InputSchema | null = null
  return {
    ...about,
    toInputSchema: () => (schema ??= toInputSchema(input, fields ?? {})),
    call: (args, call) => run(parseInput(input, args ?? {}, { name: 'arguments' }), call),
  }
}

/** For tools that change nothing. */
export const readsOnly: ToolAnnotations = { readOnlyHint: true, openWorldHint: false }

function toInputSchema(input: z.ZodType, texts: Readonly<Record<string, string>>): InputSchema {
  const { $schema: _dialect, ...schema }: InputSchema = JSON.parse(
    JSON.stringify(z.toJSONSchema(input, { io: 'input' })),
  )
  const described = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const description = texts[name]
    return [name, description === undefined ? property : Object.assign({ description }, property)]
  })
  return { ...schema, properties: Object.fromEntries(described) }
}
