import { readFileSync, writeFileSync } from 'node:fs'
import { apiEndpoints } from '../src/http/endpoints/all.ts'
import { toOpenApiDocument } from '../src/http/openapi/document.ts'
import { toMarkdown } from '../src/http/openapi/to-markdown.ts'

// Writes docs/http-api.md anew from what the endpoints say of themselves.

const root = new URL('../', import.meta.url)
const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('package.json', root), 'utf8'),
)
const text = toMarkdown(toOpenApiDocument(apiEndpoints, { version }))
writeFileSync(new URL('docs/http-api.md', root), text)
