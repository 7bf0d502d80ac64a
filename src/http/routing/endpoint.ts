import type { z } from 'zod'
import type { ErrorCode } from '../../errors.ts'
import type { Hostler } from '../../service/contract/hostler.ts'
import type { Scope } from '../../service/contract/operations.ts'
import type { Identity } from '../guard/authenticate.ts'
import type { Services } from '../services.ts'
import type { QueryParam } from './read-query.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** One thing that can be asked for: how it is reached, what is said of it, and who answers. */
export type Endpoint = {
  method: Method
  /** As OpenAPI writes it: `/v1/sessions/{id}`. */
  path: string
  tag: string
  summary: string
  description?: string
  access: Access
  query?: readonly QueryParam[]
  headers?: readonly HeaderParam[]
  body?: BodyDescription
  answers: Readonly<Record<number, AnswerDescription>>
  /** Beside those that every endpoint may answer with. */
  errors?: readonly ErrorCode[]
  handle(call: Call): Promise<Response>
}

/**
 * Who is let in. Of scopes, one is enough, and `admin` always. `everybody`: without a token, but by
 * the right name. `anybody`: by any name, too. `agent`: with the token of a run, which opens nothing else.
 */
export type Access = readonly Scope[] | 'agent' | 'everybody' | 'anybody'

export type HeaderParam = { name: string; description: string }

export type BodyDescription = {
  schema: z.ZodType
  isOptional?: boolean
  /** A multipart body with this JSON as the part `submission`, and files. */
  takesFiles?: boolean
}

export type AnswerDescription = {
  description: string
  /** Of an answer in JSON. */
  schema?: z.ZodType
  /** Of any other: what each type holds. */
  mediaTypes?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
}

/** One request, let in and read as far as every endpoint needs it. */
export type Call = {
  /** Acts, and is audited, as the caller. */
  hostler: Hostler
  /** Who that is; null where nobody was asked. */
  identity: Identity | null
  request: Request
  params: Readonly<Record<string, string>>
  query: Readonly<Record<string, unknown>>
  services: Services
  /** Ends the connection in the middle of an answer that cannot be finished. */
  cut: () => void
}
