import type { HostlerError } from '../errors.ts'
import type { Hostler } from '../service/contract/hostler.ts'
import type { Scope } from '../service/contract/operations.ts'

/** What an MCP server of hostler's stands on: one caller, and what is let to that one. */
export type McpContext = {
  /** Acts, and is audited, as the caller. */
  hostler: Hostler
  version: string
  /** Null where they are not known: all tools are shown then, and who has the other end decides. */
  scopes: readonly Scope[] | null
  /** Aborts when the server stops: what is waited for is answered as it is. */
  closing: AbortSignal
  /** What may be told of anything that was thrown. */
  toHostlerError(reason: unknown): HostlerError
}

/** Whether one of the wanted scopes is there; `admin` is all of them. */
export function isAllowed({ scopes }: McpContext, wanted: readonly Scope[]): boolean {
  return scopes === null || scopes.some((one) => one === 'admin' || wanted.includes(one))
}
