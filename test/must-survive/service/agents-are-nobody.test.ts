import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { text, tool } from '../../../src/testing/index.ts'
import { openDaemonWorld } from '../../support/daemon-world.ts'
import { waitFor } from '../../support/wait-for.ts'

const answerIt = (url: string, id: string): string => `
  const answer = await fetch('${url}/v1/requests/${id}/answer', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ behavior: 'allow' }),
  })
  console.log(answer.status, await answer.text())`

test.runIf(process.platform === 'linux')(
  'H1 an agent’s tools cannot answer what an agent asks, also where nobody needs a token',
  async () => {
    await using world = await openDaemonWorld({
      profile: { allowedTools: ['Bash'], shareWorkspace: true },
      script: [
        tool('Write', { file_path: 'asked.txt', content: 'x' }, { when: { lastUserText: 'ask' } }),
        text('was allowed', { when: { lastUserText: 'ask', hasToolResult: true } }),
        tool(
          'Bash',
          { command: 'node answer.mjs; setsid node answer.mjs' },
          { when: { lastUserText: 'break out' } },
        ),
        text('tried', { when: { lastUserText: 'break out', hasToolResult: true } }),
      ],
    })
    const { hostler, url } = await world.start()
    const asking = await hostler.runs.submit({ key: 'one', prompt: 'ask' })
    const id = await waitFor(
      async () => (await hostler.requests.list({ state: 'open' })).items[0]?.id,
    )
    await writeFile(`${world.workspace}/answer.mjs`, answerIt(url, id))
    const other = await hostler.runs.submit({ key: 'two', prompt: 'break out' })
    const tried = await hostler.runs.wait(other.id, { timeoutMs: 30_000 })
    expect(tried.outcome).toBe('ok')
    const heard = world.model.requests.at(-1)?.toolResultText ?? ''
    expect(heard.match(/"code":"unauthorized"/g)).toHaveLength(2)
    expect(heard).toContain('processes of agents need a token')
    // The human still can.
    await hostler.requests.answer(id, { behavior: 'allow' })
    expect((await hostler.runs.wait(asking.id, { timeoutMs: 30_000 })).text).toBe('was allowed')
  },
)
