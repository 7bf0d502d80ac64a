import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sampleAccount } from '../support/sample-objects.ts'
import { sampleId, sampleRun, sampleSession, sampleStatus } from '../support/service-samples.ts'
import { tempDir } from '../support/temp-dir.ts'
import { openDaemonCli } from './daemon-cli.ts'

const refused = sampleAccount()
const parked = {
  ...refused,
  id: 'api_key-0a1b',
  label: 'API key …0a1b',
  state: 'parked' as const,
  until: Date.now() + 3600_000,
  reason: 'usage limit',
}

test('accounts: what holds up what, and for how long', async () => {
  await using daemon = await openDaemonCli({ 'GET /v1/accounts': { items: [refused, parked] } })
  const shown = await daemon.run(['accounts'])
  expect(shown.code).toBe(0)
  expect(shown.stdout).toMatch(/oauth_token-5f0c +refused +2 runs +default +Invalid API key/)
  expect(shown.stdout).toMatch(/api_key-0a1b +parked until .* left/)
  const json = await daemon.run(['accounts', '--json'])
  expect(JSON.parse(json.stdout)).toEqual([refused, parked])
})

test('accounts resume: by what its id begins with', async () => {
  const fine = { ...refused, state: 'ok', reason: null, heldRuns: 0 }
  await using daemon = await openDaemonCli({
    'GET /v1/accounts': { items: [refused, parked] },
    [`POST /v1/accounts/${refused.id}/resume`]: fine,
  })
  const shown = await daemon.run(['accounts', 'resume', 'oauth'])
  expect(shown).toMatchObject({ code: 0, stdout: `${refused.id}  ok\n` })
  const json = await daemon.run(['accounts', 'resume', 'oauth', '--json'])
  expect(JSON.parse(json.stdout)).toEqual(fine)
  const unknown = await daemon.run(['accounts', 'resume', 'nobody'])
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toContain('no account begins with "nobody"')
})

test('status and runs tell what is held, by what and until when', async () => {
  const held = { by: 'account' as const, until: parked.until, reason: 'API key …0a1b: usage limit' }
  const run = sampleRun({ id: sampleId(3), state: 'queued', held })
  await using daemon = await openDaemonCli({
    'GET /v1/status': sampleStatus({ accounts: [refused, parked], now: Date.now() }),
    'GET /v1/runs': { items: [run], next: null },
    [`GET /v1/runs/${run.id}`]: run,
    'GET /v1/requests': { items: [], next: null },
  })
  const { stdout } = await daemon.run(['status'])
  expect(stdout).toMatch(/API key …0a1b: parked until .*, 2 runs held: usage limit/)
  expect(stdout).toContain(`hostler accounts resume ${refused.id}`)
  expect(stdout).toContain('queued, held by its account until')
  expect((await daemon.run(['show', run.id])).stdout).toContain('API key …0a1b: usage limit')
})

test('configure --release lets a session go on that is in quarantine', async () => {
  const session = sampleSession()
  await using daemon = await openDaemonCli({
    [`PATCH /v1/sessions/${session.id}`]: session,
    'GET /v1/runs': { items: [], next: null },
  })
  expect(await daemon.run(['configure', session.id, '--release'])).toMatchObject({ code: 0 })
  const sent = daemon.server.seen.find(({ method }) => method === 'PATCH')
  expect(JSON.parse(String(sent?.body))).toEqual({ quarantined: false })
})

test('outcomes: the table, and as a profile has it', async () => {
  await using daemon = await openDaemonCli({})
  const plain = await daemon.run(['outcomes'])
  expect(plain.stdout).toMatch(/overloaded +retry after 2 s, doubled up to 5 min +The API/)
  await using dir = await tempDir()
  const path = join(dir.path, 'hostler.yaml')
  await writeFile(path, 'profiles: { night: { outcomes: { overloaded: ask } } }')
  const args = ['outcomes', '--config', path, '--data-dir', dir.path]
  const own = await daemon.run([...args, '--profile', 'night'])
  expect(own.stdout).toMatch(/overloaded +ask +The profile wants it so/)
  const unknown = await daemon.run([...args, '--profile', 'nigth'])
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toContain('night')
  await writeFile(path, 'profiles: { night: { outcomes: { ok: fail } } }')
  const fixed = await daemon.run([...args, '--profile', 'night'])
  expect(fixed.code).toBe(2)
  expect(fixed.stderr).toContain('profiles.night.outcomes.ok: nothing else can follow')
})
