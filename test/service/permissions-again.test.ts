import { expect, test } from 'vitest'
import type { PermissionResult, ElicitationResult } from '../../src/agent/index.ts'
import type { PermissionRequest } from '../../src/events/human-request.ts'
import { decideAlone } from '../../src/service/worker/decide-alone.ts'
import { appendInTx } from '../../src/store/events/append-in-tx.ts'
import { openTestFront } from '../support/fronts.ts'
import { forEachDatabase } from '../support/stores.ts'
import { takeTurn } from '../support/turns.ts'

function asking(id: string, toolUseId: string, command: string): PermissionRequest {
  return {
    kind: 'permission',
    id,
    openedAt: 1,
    toolName: 'Bash',
    toolUseId,
    input: { command },
    description: '',
    blockedPath: null,
    suggestions: [],
  }
}

forEachDatabase((openTestDatabase) => {
  test('what was decided and stored, and never reached the agent, it hears from the next process', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store, context } = world
    await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const { session, run } = await takeTurn(store)
    const requests = [
      asking('c-1', 'use-1', 'touch one'),
      asking('c-2', 'use-2', 'touch two'),
      asking('c-3', 'use-3', 'touch three'),
    ]
    await store.transact((tx) =>
      appendInTx(tx, session.id, {
        runId: run.id,
        events: (['allow', 'deny'] as const).map((decision, index) => ({
          type: 'permission_decided',
          toolName: 'Bash',
          toolUseId: `use-${index + 1}`,
          decision,
          by: 'profile',
          rule: 'Bash(touch *)',
        })),
      }),
    )
    const heard: [string, PermissionResult | ElicitationResult][] = []
    const agent = {
      requests,
      cwd: world.workspace,
      answer: (id: string, answer: PermissionResult | ElicitationResult) => {
        heard.push([id, answer])
      },
    }
    const serve = { session, run, letGo: new AbortController() }
    // The rules of today would decide otherwise.
    const profile = {
      name: 'default',
      permissions: [
        { tool: 'Bash', match: 'touch *', decision: 'deny' as const, reason: 'BECAUSE' },
      ],
    }
    const alone = await decideAlone({ context }, serve, { agent, profile, isFirst: false })
    expect(heard).toEqual([
      ['c-1', { behavior: 'allow' }],
      ['c-2', { behavior: 'deny', message: 'BECAUSE' }],
    ])
    expect(requests.map(({ id }) => alone.has(id))).toEqual([true, true, false])
    // The third is read from the log now, and stored before it is told.
    for (const request of requests) {
      await alone.consider({ type: 'request_opened', offset: 1, request })
    }
    expect(requests.map(({ id }) => alone.take(id)?.decision)).toEqual([
      undefined,
      undefined,
      'deny',
    ])
    expect(heard).toHaveLength(2)
    alone.give('c-3')
    expect(heard.at(-1)).toEqual(['c-3', { behavior: 'deny', message: 'BECAUSE' }])
  })
})
