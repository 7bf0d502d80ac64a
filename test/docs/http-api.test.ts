import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { apiEndpoints } from '../../src/http/endpoints/all.ts'
import { toOpenApiDocument } from '../../src/http/openapi/document.ts'
import { toMarkdown } from '../../src/http/openapi/to-markdown.ts'
import { toReferencePage } from '../../src/http/openapi/reference-page.ts'

const root = new URL('../../', import.meta.url)
const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'))
const document = toOpenApiDocument(apiEndpoints, { version })

test('docs/http-api.md is current: node scripts/write-http-api.ts', async () => {
  const text = await readFile(new URL('docs/http-api.md', root), 'utf8')
  expect(text).toBe(toMarkdown(document))
})

test('the page needs nothing but itself, and all its links lead somewhere', () => {
  const page = toReferencePage(document)
  expect(page).not.toMatch(/<script|<img|<link|@import|url\(|javascript:|\son\w+=|https?:\/\//i)
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
  const links = [...page.matchAll(/ href="([^"]+)"/g)].map(([, link = '']) => link)
  const broken = links.filter((link) => link.startsWith('#') && !ids.has(link.slice(1)))
  expect(broken).toEqual([])
  expect(links.filter((link) => !link.startsWith('#'))).toEqual(['/openapi.json'])
  for (const path of Object.keys(document.paths)) expect(page).toContain(path)
  expect(page).toContain('width=device-width')
})
