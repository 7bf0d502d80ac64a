import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { configurationPage } from '../../scripts/configuration/page.ts'
import { schemaText } from '../../scripts/configuration/schema-text.ts'
import { initText } from '../../src/cli/config/init-text.ts'
import { parseConfiguration } from '../../src/service/configuration/parse-configuration.ts'
import { readProjectFile } from './run-example.ts'

const current = 'npm run docs writes it anew'

test('docs/configuration.md is that of the schema', async () => {
  expect(await readProjectFile('docs/configuration.md'), current).toBe(configurationPage())
})

test('hostler.schema.json is that of the schema', async () => {
  expect(await readProjectFile('hostler.schema.json'), current).toBe(schemaText())
})

test('deploy/hostler.example.yaml is what hostler init writes', async () => {
  expect(await readProjectFile('deploy/hostler.example.yaml'), current).toBe(initText)
})

test('every key has a meaning', () => {
  const page = configurationPage()
  expect(page).toContain('| `permissionMode` ')
  expect(page).not.toMatch(/\| +\|$/m)
  expect(page).not.toContain('undefined')
  expect(page).not.toContain('| anything')
})

const context = {
  baseDir: '/inn',
  dataDir: '/data',
  isRoot: false,
  env: {
    HOME: '/home/joe',
    ANTHROPIC_API_KEY: 'k',
    DATABASE_URL: 'postgres://db/hostler',
    HOSTLER_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  },
}

/** As it is when all that is commented out is taken in. */
const everythingOn = initText
  .replaceAll(/^(\s*)#(?=\S| {2})/gm, '$1')
  .replaceAll(/^( *)#(?=\S)/gm, '$1')

describe('what hostler init writes', () => {
  test('is right as it stands, and opens nothing', () => {
    const { profiles, server, workspaces, database } = parseConfiguration(parse(initText), {
      ...context,
      env: {},
    })
    expect(Object.keys(profiles)).toEqual(['default'])
    expect(profiles['default']).not.toHaveProperty('permissionMode')
    expect(server.host).toBe('127.0.0.1')
    expect(workspaces.roots).toEqual([])
    expect(database).toBeNull()
  })

  test('is right with everything in it taken in', () => {
    const configuration = parseConfiguration(parse(everythingOn), context)
    expect(configuration.profiles['review']).toMatchObject({ maxRunning: 2, maxBudgetUsd: 5 })
    expect(configuration.webhooks).toHaveLength(1)
    expect(configuration.profiles['default']?.permissions).toHaveLength(2)
    expect(configuration.profiles['default']).toMatchObject({ preamble: 'planning-1' })
    expect(configuration.budgets).toMatchObject({ maxDayUsd: 40 })
    expect(configuration.workspaces.roots).toEqual(['/home/joe/projects'])
    expect(configuration.log.format).toBe('text')
  })
})

describe('the published JSON Schema', () => {
  const schema = z.fromJSONSchema(JSON.parse(schemaText()))
  test.each([
    ['what init writes', parse(initText)],
    ['all of it', parse(everythingOn)],
    [
      'references',
      { server: { port: '${PORT}' }, log: { level: '${L:-info}' }, database: '${DB}' },
    ],
    ['durations and sizes', { agents: { drainMs: '10m', maxWarmMemoryBytes: '2GiB' } }],
  ])('takes %s', (_, input) => {
    expect(schema.safeParse(input)).toMatchObject({ success: true })
  })

  test.each([
    ['an unknown key', { profiles: { a: { modle: 'opus' } } }],
    ['a wrong choice', { log: { level: 'loud' } }],
    ['a wrong duration', { agents: { drainMs: 'soon' } }],
  ])('refuses %s', (_, input) => {
    expect(schema.safeParse(input)).toMatchObject({ success: false })
  })
})
