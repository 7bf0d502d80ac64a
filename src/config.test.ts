import { expect, test } from 'vitest'
import { readConfig, resolveDataDir } from './config.ts'

test.each([
  [{ HOME: '/h' }, '/h/.local/share/hostler'],
  [{ HOME: '/h', XDG_DATA_HOME: '/x' }, '/x/hostler'],
  [{ HOME: '/h', XDG_DATA_HOME: 'relative' }, '/h/.local/share/hostler'],
  [{ HOME: '/h', XDG_DATA_HOME: '/x', HOSTLER_DATA_DIR: '/d' }, '/d'],
  [{ HOME: '/h', HOSTLER_DATA_DIR: '' }, '/h/.local/share/hostler'],
])('the data folder for %j is %s', (env, dir) => {
  expect(readConfig(env).dataDir).toBe(dir)
  expect(resolveDataDir('/option', readConfig(env))).toBe('/option')
})

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ TERM: 'dumb' }, true, false],
])('with %j, on a terminal: %s, colours: %s', (env, isTTY, expected) => {
  expect(readConfig(env).usesColour({ isTTY })).toBe(expected)
})

test.each([
  [{}, 'http://127.0.0.1:7717', null],
  [{ HOSTLER_URL: '', HOSTLER_TOKEN: '' }, 'http://127.0.0.1:7717', null],
  [{ HOSTLER_URL: 'https://h', HOSTLER_TOKEN: 'hst_1' }, 'https://h', 'hst_1'],
])('with %j the server is %s, its token %s', (env, serverUrl, serverToken) => {
  expect(readConfig(env)).toMatchObject({ serverUrl, serverToken })
})
