import { expect, test } from 'vitest'
import { parseSince } from '../../src/cli/service/parse-since.ts'
import { sampleBudget, sampleCosts } from '../support/sample-costs.ts'
import { sampleStatus } from '../support/service-samples.ts'
import { type Answer, sendJson } from '../client/scripted-server.ts'
import { openDaemonCli } from './daemon-cli.ts'

test('costs: a table with bars and the limits, CSV, JSON, and what was asked for', async () => {
  const asked: URLSearchParams[] = []
  const [line] = sampleCosts().lines
  if (line === undefined) throw new Error('there is none')
  const half = { ...line, keys: ['1970-01-02', ''], costUsd: 0.75 }
  const report = { ...sampleCosts(), lines: [line, half] }
  await using daemon = await openDaemonCli({
    'GET /v1/costs': (({ query }, response) => {
      asked.push(query)
      sendJson(response, report)
    }) satisfies Answer,
  })
  const shown = await daemon.run(['costs', '--by', 'day,label:team', '--since', '1970-01-05'])
  expect(shown).toMatchObject({ code: 0, stderr: '' })
  expect(shown.stdout).toMatch(/^DAY +TEAM +COST +RUNS +TOKENS/)
  expect(shown.stdout).toMatch(/1970-01-01 +=inn, "the" +\$1\.50 +2 +22 +█{24}\n/)
  expect(shown.stdout).toMatch(/1970-01-02 +- +\$0\.7500 +2 +22 +█{12}\n/)
  expect(shown.stdout).toMatch(/total +\$1\.50 +2 +22\n/)
  expect(shown.stdout).toMatch(/day +\$4\.50 +\$5\.00 +\$0\.2500 +1970-01-0\d \S+ +95% +█{22}▊\n/)
  expect(asked[0]?.getAll('by')).toEqual(['day', 'label:team'])
  expect(asked[0]?.get('from')).toBe(String(new Date(1970, 0, 5).getTime()))
  const csv = await daemon.run(['costs', '--csv', '-l', 'team=inn'])
  expect(csv.stdout).toContain('1970-01-01,"\'=inn, ""the""",1.500000,2,3,4,5,6,7\r\n')
  expect(asked[1]?.getAll('label')).toEqual(['team=inn'])
  const json = await daemon.run(['costs', '--json'])
  expect(JSON.parse(json.stdout)).toEqual(report)
  const refused = await daemon.run(['costs', '--by', 'dya'])
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('There is no "dya"')
})

test('status: limits that are nearly used up', async () => {
  await using daemon = await openDaemonCli({
    'GET /v1/status': sampleStatus({ limits: [sampleBudget()] }),
    'GET /v1/runs': { items: [], next: null },
  })
  const shown = await daemon.run(['status'])
  expect(shown.stdout).toContain('limit day: $4.50 of $5.00 spent, $0.2500 set aside; anew at')
})

test.each([
  ['12h', 1000 * 86_400_000 - 12 * 3_600_000],
  ['7d', 993 * 86_400_000],
  ['2w', 986 * 86_400_000],
  ['1970-01-05', new Date(1970, 0, 5).getTime()],
  ['1970-01-05T10:00Z', Date.UTC(1970, 0, 5, 10)],
])('%s is a time', (text, at) => {
  expect(parseSince(text, 1000 * 86_400_000)).toBe(at)
})

test.each(['', '7', '7 days', 'yesterday', '2026-13-01'])('%j is none', (text) => {
  expect(() => parseSince(text, 0)).toThrow('Give 12h, 7d or 4w')
})
