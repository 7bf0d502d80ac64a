import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const fromOf = /^(?:import|export) (?!type)[^'"]*?from '([^']+)'/gms

test('what the client loads is there in a browser, too', async () => {
  const files = [new URL('../../src/client/index.ts', import.meta.url)]
  const packages = new Set<string>()
  for (const file of files) {
    const source = await readFile(file, 'utf8')
    for (const [, name = ''] of source.matchAll(fromOf)) {
      const next = new URL(name, file)
      if (!name.startsWith('.')) packages.add(name)
      else if (!files.some(({ href }) => href === next.href)) files.push(next)
    }
    // What Node has of its own, without an import.
    expect(`${file.href}: ${String(/\b(?:process|Buffer)\.\w/.exec(source))}`).toBe(
      `${file.href}: null`,
    )
  }
  expect(files.length).toBeGreaterThan(10)
  expect([...packages]).toEqual(['eventsource-parser'])
})
