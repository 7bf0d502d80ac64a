import { readdirSync, readFileSync, statSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startAgent, type AgentOptions } from '../../src/agent/index.ts'
import { failure, text, tool } from '../../src/testing/index.ts'
import { collectEvents, openTestWorld, type TestWorld } from '../support/agents.ts'
import { listProcesses } from '../support/processes.ts'
import { realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

/** What stands in a hostler's environment and is none of an agent's business. */
const hostlersOwn = {
  HOSTLER_TOKEN: 'secret-of-hostler-1',
  HOSTLER_TELEGRAM_TOKEN: 'secret-of-hostler-2',
  TELEGRAM_BOT_TOKEN: 'secret-of-hostler-3',
  GITHUB_TOKEN: 'secret-of-hostler-4',
  AWS_SECRET_ACCESS_KEY: 'secret-of-hostler-5',
  DATABASE_URL: 'postgres://u:secret-of-hostler-6@h/d',
  SSH_AUTH_SOCK: '/tmp/secret-of-hostler-7',
  NPM_TOKEN: 'secret-of-hostler-8',
}
const apiKey = 'sk-ant-secret-of-the-agent'

function withSecrets(world: TestWorld): Record<string, string> {
  const { ANTHROPIC_API_KEY: _, ...env } = world.env
  return { ...env, ...hostlersOwn, ANTHROPIC_API_KEY: 'sk-ant-secret-of-hostler-9' }
}

function readEnviron(pid: number): string {
  return readFileSync(`/proc/${pid}/environ`, 'latin1').replaceAll('\0', '\n')
}

/** All regular files below a folder, by path. */
function readFiles(dir: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const path = join(dir, name)
    if (statSync(path).isFile()) files.set(path, readFileSync(path, 'latin1'))
  }
  return files
}

const linuxOnly = test.skipIf(process.platform !== 'linux')

describe.each(realClaudes)('W7 claude $version', ({ version }) => {
  linuxOnly('W7 no secret of hostler reaches the agent, its tools, files or events', async () => {
    const command = 'env > seen; touch started; until [ -e go ]; do sleep 0.05; done'
    await using world = await openTestWorld({
      version,
      script: [tool('Bash', { command, description: 'look' }), text('finished')],
    })
    const options: AgentOptions = {
      ...world.options,
      allowedTools: ['Bash'],
      apiKey,
      apiBaseUrl: world.model.url,
      systemPrompt: 'You are terse.',
      settings: { env: {} },
      mcpServers: { none: { command: 'false', env: { SERVER_SECRET: 'secret-of-server' } } },
    }
    await using agent = await startAgent(options, { env: withSecrets(world) })
    const collected = collectEvents(agent)
    const turn = agent.turn('PROMPT-SECRET')
    const seenPath = join(world.workspace, 'seen')
    await waitFor(() => statSync(join(world.workspace, 'started')), { timeoutMs: 20_000 })
    const all = listProcesses()
    const mine = all.filter(({ command: line }) => line.includes(agent.dir))
    const claude = all.find((one) => one.ppid === agent.pid)
    const bash = all.find((one) => one.ppid === claude?.pid && one.command.includes('bash'))
    expect(mine.map((one) => one.pid)).toContain(agent.pid)
    for (const pid of [agent.pid, claude?.pid ?? 0, bash?.pid ?? 0]) {
      const environ = readEnviron(pid)
      expect(environ).toContain(`HOSTLER_AGENT_ID=${agent.id}`)
      expect(environ).not.toContain('secret-of-hostler')
      const names = environ.split('\n').map((line) => line.split('=', 1)[0])
      expect(names.filter((name) => name?.startsWith('HOSTLER_'))).toEqual([
        'HOSTLER_AGENT_ID',
        'HOSTLER_QUESTION_FILE',
      ])
    }
    // Every user of the machine may read arguments.
    for (const { command: line } of mine) {
      expect(line).not.toMatch(/secret-of|You are terse|PROMPT-SECRET/)
    }
    await writeFile(join(world.workspace, 'go'), '')
    expect(await turn.result).toMatchObject({ outcome: 'ok' })
    expect(await readFile(seenPath, 'utf8')).not.toContain('secret-of-hostler')
    expect(world.model.prompts[0]?.headers['x-api-key']).toBe(apiKey)
    await agent.stop()
    await collected.done

    const files = readFiles(agent.dir)
    expect(files.size).toBeGreaterThan(4)
    for (const [path, content] of files) {
      expect(content, path).not.toContain('secret-of-hostler')
      expect(content, path).not.toContain(apiKey)
      // The CLI needs it, and has it from a file that nobody else may read.
      if (!path.endsWith('mcp.json')) expect(content, path).not.toContain('secret-of-server')
    }
    expect(JSON.stringify(collected.events)).not.toMatch(/secret-of/)
    expect(statSync(agent.dir).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(agent.dir)) {
      const mode = statSync(join(agent.dir, name)).mode & 0o777
      expect(mode, name).toBe(0o600)
    }
    expect(statSync(options.dir).mode & 0o077).toBe(0)
    // What the agent makes in its workspace is not hostler's to close.
    expect(statSync(seenPath).mode & 0o777).toBe(0o666 & ~process.umask())
  })

  test('W7 no error tells a secret', async () => {
    await using world = await openTestWorld({
      version,
      script: { otherwise: failure.unauthorized() },
      maxRetries: 0,
    })
    const env = withSecrets(world)
    const options: AgentOptions = { ...world.options, apiKey, apiBaseUrl: world.model.url }
    await using agent = await startAgent(options, { env })
    const result = await agent.turn('hello').result
    expect(result.outcome).toBe('auth')
    expect(JSON.stringify(result)).not.toMatch(/secret-of/)

    const wrong: Partial<AgentOptions>[] = [
      { oauthToken: 'secret-of-the-agent-too' },
      { env: { ANTHROPIC_API_KEY: 'secret-of-the-agent-too' } },
      { env: { 'BAD NAME': 'secret-of-the-agent-too' } },
      { env: { HOSTLER_TOKEN: 'secret-of-the-agent-too' } },
      { env: { GOOD_NAME: 'secret-of-the-agent-too\0' } },
      { apiKey: '' },
    ]
    for (const more of wrong) {
      const refused = await startAgent({ ...options, ...more }, { env }).catch(
        (error: unknown) => error,
      )
      expect(refused).toBeInstanceOf(Error)
      const told = refused instanceof Error ? `${refused.stack} ${JSON.stringify(refused)}` : ''
      expect(told).not.toMatch(/secret-of/)
    }
  })
})
