import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Run } from '../../src/index.ts'
import { failure, text, tool } from '../../src/testing/index.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { waitForEvent } from '../support/daemon-world.ts'
import { realClaudes } from '../support/real-claude.ts'
import { type RunningService, startTestService } from '../support/running-service.ts'
import { waitFor } from '../support/wait-for.ts'

const prompts = ['p-first', 'p-steer-1', 'p-steer-2']
const loop = 'touch begun; while [ ! -e go ]; do sleep 0.05; done'

/** Submits a prompt whose first try fails, and two more to be steered, while it waits for its next. */
async function steerIntoParked({ hostler }: RunningService): Promise<Run[]> {
  const [first = '', ...more] = prompts
  const parked = await hostler.runs.submit({ key: 'k', prompt: first })
  await waitForEvent(
    hostler,
    parked.sessionId,
    (event) => event.type === 'run_waiting' && event.on === 'time',
  )
  const runs = [parked]
  for (const prompt of more) {
    runs.push(await hostler.runs.submit({ key: 'k', prompt, onBusy: 'steer' }))
  }
  expect(await hostler.runs.get(parked.id)).toMatchObject({ state: 'waiting' })
  return runs
}

async function endsInOrder(world: RunningService, runs: readonly Run[]): Promise<void> {
  const ends = (await world.events(runs[0]?.sessionId ?? '')).flatMap((event) =>
    event.type === 'run_ended' ? event.runId : [],
  )
  expect(ends).toEqual(runs.map(({ id }) => id))
}

describe.each(realClaudes)('claude $version: steered into a run that is parked', ({ version }) => {
  const given = {
    version,
    profile: { allowedTools: ['Bash'] },
    env: { CLAUDE_CODE_MAX_RETRIES: '0' },
    retryPauses: { firstBackoffMs: 3000, maxBackoffMs: 3000 },
  }

  test('prompts become part of its next turn, in order and once', async () => {
    await using world = await startTestService({
      ...given,
      script: {
        replies: [failure.overloaded(), tool('Bash', { command: loop })],
        otherwise: text('answered'),
      },
    })
    const runs = await steerIntoParked(world)
    await waitFor(() => existsSync(join(world.workspace, 'begun')), { timeoutMs: 20_000 })
    await writeFile(join(world.workspace, 'go'), '')
    for (const run of runs) {
      const done = await world.ended(run)
      expect(done, world.logged.join('')).toMatchObject({ outcome: 'ok', text: 'answered' })
    }
    await endsInOrder(world, runs)
    const conversation = lastPrompt(world.model)?.conversation ?? ''
    for (const prompt of prompts) {
      expect([prompt, countInConversation(lastPrompt(world.model), prompt)]).toEqual([prompt, 1])
    }
    const places = prompts.map((prompt) => conversation.indexOf(prompt))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    const attempts = await Promise.all(runs.map(({ id }) => world.hostler.runs.attempts(id)))
    expect(attempts.map((all) => all.map(({ outcome }) => outcome))).toEqual([
      ['overloaded', 'ok'],
      [],
      [],
    ])
  })

  test('prompts have turns of their own when it is cancelled, in order and once', async () => {
    await using world = await startTestService({
      ...given,
      retryPauses: { firstBackoffMs: 600_000, maxBackoffMs: 600_000 },
      script: { replies: [failure.overloaded()], otherwise: text('answered') },
    })
    const runs = await steerIntoParked(world)
    await world.hostler.runs.cancel(runs[0]?.id ?? '')
    const ended = []
    for (const run of runs) ended.push((await world.ended(run)).outcome)
    expect(ended).toEqual(['cancelled', 'ok', 'ok'])
    await endsInOrder(world, runs)
    for (const prompt of prompts.slice(1)) {
      expect([prompt, countInConversation(lastPrompt(world.model), prompt)]).toEqual([prompt, 1])
    }
  })
})
