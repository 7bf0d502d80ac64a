import { expect, test } from 'vitest'
import type { Firing, Schedule } from '../../src/client/index.ts'
import { sampleId, sampleRun } from '../support/service-samples.ts'
import { openDaemonCli } from './daemon-cli.ts'

function sampleSchedule(schedule: Partial<Schedule> = {}): Schedule {
  return {
    id: sampleId(8),
    name: 'nightly',
    cron: '30 2 * * *',
    timeZone: 'Asia/Kathmandu',
    state: 'active',
    submission: { key: 'nightly/{at}', prompt: 'tidy up' },
    overlap: 'skip',
    missed: 'last',
    nextAt: [Date.UTC(2031, 0, 1, 20, 45)],
    lastAt: null,
    lastRunId: null,
    createdBy: 'local',
    createdAt: 1,
    updatedAt: 1,
    ...schedule,
  }
}

test('schedules are added, listed, shown, paused, run and removed', async () => {
  const firing: Firing = {
    scheduleId: sampleId(8),
    at: Date.UTC(2030, 0, 1),
    firedAt: Date.UTC(2030, 0, 1),
    what: 'skipped',
    runId: null,
    reason: 'too many',
  }
  await using daemon = await openDaemonCli({
    'POST /v1/schedules': sampleSchedule(),
    'GET /v1/schedules': { items: [sampleSchedule()], next: null },
    'GET /v1/schedules/*': sampleSchedule(),
    'GET /v1/schedules/*/firings': { items: [firing], next: null },
    'PATCH /v1/schedules/*': sampleSchedule({ state: 'paused', nextAt: [] }),
    'POST /v1/schedules/*/run': sampleRun({ id: sampleId(3) }),
  })
  const add = ['schedule', 'add', 'nightly', '--cron', '30 2 * * *', '--prompt', 'tidy up']
  const flags = [
    '--time-zone',
    'Asia/Kathmandu',
    '--missed',
    'all',
    '-l',
    'a=b',
    '--priority',
    '-5',
  ]
  const added = await daemon.run([...add, ...flags])
  expect(added).toMatchObject({ code: 0, stderr: '' })
  expect(added.stdout).toMatch(/^nightly {2}next 2031-01-02 02:30:00 Asia\/Kathmandu/)
  expect(JSON.parse(String(daemon.server.seen[0]?.body))).toEqual({
    name: 'nightly',
    cron: '30 2 * * *',
    timeZone: 'Asia/Kathmandu',
    missed: 'all',
    submission: { key: 'nightly/{at}', prompt: 'tidy up', priority: -5, labels: { a: 'b' } },
  })
  expect((await daemon.run(['schedules'])).stdout).toMatch(
    /nightly +active +30 2 \* \* \*.* tidy up/,
  )
  const shown = await daemon.run(['schedule', 'show', 'nightly'])
  expect(shown.stdout).toContain('2031-01-02 02:30:00 Asia/Kathmandu')
  expect(shown.stdout).toMatch(/skipped too many/)
  const paused = await daemon.run(['schedule', 'pause', 'nightly'])
  expect(paused).toMatchObject({ code: 0, stdout: 'nightly  paused\n' })
  const run = await daemon.run(['schedule', 'run', sampleId(8)])
  expect(run).toMatchObject({ code: 0, stdout: `${sampleId(3)}\n` })
  expect(daemon.server.seen.slice(-2).map(({ method, path }) => `${method} ${path}`)).toEqual([
    'PATCH /v1/schedules/name%3Anightly',
    `POST /v1/schedules/${sampleId(8)}/run`,
  ])
})

test('a schedule without a prompt, or with two sessions, is refused here', async () => {
  await using daemon = await openDaemonCli({})
  const add = ['schedule', 'add', 'nightly', '--cron', '30 2 * * *']
  const silent = await daemon.run(add)
  expect(silent).toMatchObject({ code: 2, stderr: expect.stringContaining('--prompt') })
  const both = await daemon.run([...add, '--prompt', 'x', '--key', 'a', '--session', 'key:b'])
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('--session and --key') })
  expect(daemon.server.seen).toEqual([])
})

test('a schedule gets other times and another prompt, and keeps the rest', async () => {
  const submission = { key: 'k', prompt: 'tidy up', priority: -5 }
  await using daemon = await openDaemonCli({
    'GET /v1/schedules/*': sampleSchedule({ submission }),
    'PATCH /v1/schedules/*': sampleSchedule({ submission }),
  })
  const change = ['schedule', 'change', 'nightly']
  const changed = await daemon.run([...change, '--cron', '0 4 * * *', '--prompt', 'sweep'])
  expect(changed.code, changed.stderr).toBe(0)
  expect(JSON.parse(String(daemon.server.seen.at(-1)?.body))).toEqual({
    cron: '0 4 * * *',
    submission: { ...submission, prompt: 'sweep' },
  })
  const nothing = await daemon.run(change)
  expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining('--cron') })
})
