import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  type ModelRequest,
  type Reply,
  startScriptedModel,
  text,
  tool,
} from '../../src/testing/index.ts'
import { lastPrompt } from '../support/conversation.ts'
import { openDaemonWorld } from '../support/daemon-world.ts'
import { mainFile } from '../support/mcp-clients.ts'
import { isolatedEnv, newestClaude } from '../support/real-claude.ts'
import { runClaude } from '../support/run-claude.ts'

/** Waits for the run whose id the tool before has told. */
function waitForIt({ body }: ModelRequest): Reply {
  const [, id = ''] = /\\"run\\":\{\\"id\\":\\"([0-9a-f-]{36})/.exec(JSON.stringify(body)) ?? []
  return tool('mcp__hostler__wait_for_run', { id })
}

test.each(['stdio', 'HTTP'])('Claude Code hands work to hostler over %s', async (way) => {
  await using world = await openDaemonWorld({ script: [text('THE-INNER-REPLY')] })
  const { url } = await world.start()
  await using model = await startScriptedModel({
    script: [
      tool('mcp__hostler__submit_run', { key: 'inner', prompt: 'do it' }),
      waitForIt,
      text('done'),
    ],
  })
  const config = join(world.root, 'mcp.json')
  const command = {
    command: process.execPath,
    args: ['--no-warnings', mainFile, 'mcp', '--server', url],
  }
  const remote = { type: 'http', url: `${url}/mcp` }
  const hostler = way === 'stdio' ? command : remote
  await writeFile(config, JSON.stringify({ mcpServers: { hostler } }))
  const servers = ['--mcp-config', config, '--strict-mcp-config', '--allowedTools', 'mcp__hostler']
  const outer = await runClaude(newestClaude.path, {
    args: ['-p', '--output-format', 'stream-json', '--verbose', ...servers],
    cwd: world.root,
    env: await isolatedEnv(join(world.root, 'outer'), model.url),
    stdin: 'hand it on',
  })
  expect(outer.result).toMatchObject({ subtype: 'success', result: 'done' })
  expect(JSON.stringify(lastPrompt(model)?.body)).toContain('THE-INNER-REPLY')
  const init = outer.lines.find(({ subtype }) => subtype === 'init')
  expect(init).toMatchObject({ mcp_servers: [{ name: 'hostler', status: 'connected' }] })
  expect(JSON.stringify(init?.['tools'])).toContain('mcp__hostler__answer_request')
})
