import type { OpenApiDocument } from '../openapi/document.ts'
import { toReferencePage } from '../openapi/reference-page.ts'
import type { Endpoint } from '../routing/endpoint.ts'

/** What the API says of itself. Written when it is first asked for: few servers ever are. */
export function documentEndpoints(toDocument: () => OpenApiDocument): readonly Endpoint[] {
  let json: string | null = null
  let page: string | null = null
  return [
    {
      method: 'GET',
      path: '/openapi.json',
      tag: 'health',
      summary: 'The OpenAPI document',
      access: 'everybody',
      answers: { 200: { description: 'The document.' } },
      handle: () => answer((json ??= JSON.stringify(toDocument())), 'application/json'),
    },
    {
      method: 'GET',
      path: '/docs',
      tag: 'health',
      summary: 'This reference',
      access: 'everybody',
      answers: { 200: { description: 'The page.' } },
      handle: () => answer((page ??= toReferencePage(toDocument())), 'text/html; charset=utf-8'),
    },
  ]
}

function answer(text: string, type: string): Promise<Response> {
  return Promise.resolve(new Response(text, { headers: { 'content-type': type } }))
}
