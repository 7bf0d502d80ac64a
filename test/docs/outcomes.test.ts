import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { outcomesPage } from '../../scripts/outcomes-page.ts'
import { outcomes } from '../../src/events/outcome.ts'
import { parseConfiguration } from '../../src/service/configuration/parse-configuration.ts'
import { readProjectFile } from './run-example.ts'

test('docs/outcomes.md is that of the table', async () => {
  expect(await readProjectFile('docs/outcomes.md'), 'npm run docs writes it anew').toBe(
    outcomesPage(),
  )
})

test('every outcome has a line', () => {
  for (const outcome of outcomes) expect(outcomesPage()).toContain(`| \`${outcome}\` `)
})

test('its example is right', () => {
  const [, example = ''] = /```yaml\n([^`]+)```/.exec(outcomesPage()) ?? []
  const at = { baseDir: '/inn', dataDir: '/data', isRoot: false, env: {} }
  const { profiles } = parseConfiguration(parse(example), at)
  expect(profiles['nightly']?.outcomes).toMatchObject({ refused: 'ask' })
})
