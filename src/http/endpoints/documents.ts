import type { OpenApiDocument } from '../openapi/document.ts'
import { toReferencePage } from '../openapi/reference-page.ts'
import type { Endpoint } from '../routing/endpoint.ts'

/** What the API says of itself. Both are written once: they do not change while the program runs. */
export function documentEndpoints(document: OpenApiDocument): readonly Endpoint[] {
  const json = JSON.stringify(document)
  const page = toReferencePage(document)
  return [
    {
      method: 'GET',
      path: '/openapi.json',
      tag: 'health',
      summary: 'The OpenAPI document',
      access: 'everybody',
      answers: { 200: { description: 'The document.' } },
      handle: () => Promise.resolve(answer(json, 'application/json')),
    },
    {
      method: 'GET',
      path: '/docs',
      tag: 'health',
      summary: 'This reference',
      access: 'everybody',
      answers: { 200: { description: 'The page.' } },
      handle: () => Promise.resolve(answer(page, 'text/html; charset=utf-8')),
    },
  ]
}

function answer(text: string, type: string): Response {
  return new Response(text, { headers: { 'content-type': type } })
}
