import { readdirSync, readFileSync, statSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { connectHostler } from '../../../src/client/index.ts'
import { failure, text, tool } from '../../../src/testing/index.ts'
import { openDaemonWorld, waitForRuns } from '../../support/daemon-world.ts'
import { dump, withClient } from '../../support/dump-database.ts'
import { ask, post } from '../../support/intake.ts'
import { openTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { runServe } from '../../support/run-serve.ts'
import { waitFor } from '../../support/wait-for.ts'
import { startWebhookReceiver } from '../../support/webhook-receiver.ts'

const password = 'p@ss:of/hostler-1'
const webhookSecret = `whsec_${Buffer.from('webhook-secret-of-hostler-2-long').toString('base64')}`
const apiKey = 'sk-ant-secret-of-the-profile-3'
const serverSecret = 'secret-of-a-tool-server-4'
const hostlersOwn = {
  HOSTLER_TOKEN: 'hst_secret-of-hostler-5',
  GITHUB_TOKEN: 'secret-of-hostler-6',
  TELEGRAM_BOT_TOKEN: 'secret-of-hostler-7',
  ANTHROPIC_API_KEY: 'sk-ant-secret-of-hostler-8',
}

/** In every form in which they could be found. */
const own = [password, encodeURIComponent(password), webhookSecret, ...Object.values(hostlersOwn)]

const script = [
  tool(
    'Bash',
    { command: 'env > seen; touch started; until [ -e go ]; do sleep 0.05; done' },
    { when: { lastUserText: 'look', hasToolResult: false } },
  ),
  text('looked', { when: { lastUserText: 'look', hasToolResult: true } }),
  { ...failure.unauthorized(), repeat: true as const, when: { lastUserText: 'fail' } },
]

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

function environOf(pid: number | null | undefined): string {
  return readFileSync(`/proc/${pid ?? 0}/environ`, 'latin1')
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
}

test.skipIf(process.platform !== 'linux')(
  'W7: no secret of hostler is in an agent’s environment, a log, an event, an error, or in what is shown',
  async () => {
    await using database = await postgres.createDatabase()
    await using receiver = await startWebhookReceiver()
    const role = `hostler_w7_${process.pid}`
    await withClient(postgres.url, (client) =>
      client.query(`create role ${role} superuser login password '${password}'`),
    )
    await using _ = {
      async [Symbol.asyncDispose]() {
        await withClient(postgres.url, (client) => client.query(`drop role ${role}`))
      },
    }
    const databaseUrl = new URL(database.url)
    databaseUrl.username = role
    databaseUrl.password = encodeURIComponent(password)
    await using world = await openDaemonWorld({
      script,
      database: databaseUrl.href,
      profile: {
        apiKey,
        allowedTools: ['Bash'],
        maxAttempts: 1,
        mcpServers: { none: { command: 'false', env: { SERVER_SECRET: serverSecret } } },
      },
      configuration: {
        log: { level: 'debug' },
        webhooks: [
          { name: 'hook', url: receiver.url, secret: webhookSecret, events: ['run.ended'] },
        ],
      },
    })
    const env = { ...world.env, ...hostlersOwn, HOSTLER_DATABASE_URL: databaseUrl.href }
    const daemon = await world.start({ env })
    const { token } = await daemon.hostler.tokens.create({ label: 'me', scopes: ['admin'] })
    await using hostler = connectHostler({ url: daemon.url, token })
    const bearer = { authorization: `Bearer ${token}` }
    const secrets = [...own, token, apiKey, serverSecret]

    const looking = await hostler.runs.submit({ key: 'a', prompt: 'look' })
    await waitFor(() => statSync(join(world.workspace, 'started')), { timeoutMs: 30_000 })
    const [agent] = await hostler.agents.list()
    const environ = environOf(agent?.pid)
    expect(environ).toContain('HOSTLER_AGENT_ID=')
    const seen = readFileSync(join(world.workspace, 'seen'), 'utf8')
    for (const where of [environ, seen]) {
      for (const secret of [...own, token, serverSecret]) expect(where).not.toContain(secret)
    }
    // The one that the agent needs.
    expect(environ).toContain(`ANTHROPIC_API_KEY=${apiKey}`)
    await writeFile(join(world.workspace, 'go'), '')
    const failing = await hostler.runs.submit({ key: 'a', prompt: 'fail' })
    const runs = await waitForRuns(hostler, [looking, failing])
    expect(runs.map(({ outcome }) => outcome)).toEqual(['ok', 'auth'])
    expect(world.model.prompts[0]?.headers['x-api-key']).toBe(apiKey)
    await waitFor(() => receiver.received.length >= 2)

    const shown = new Map<string, string>()
    shown.set('runs', JSON.stringify(runs))
    shown.set('webhooks', JSON.stringify(receiver.received))
    const events = []
    for await (const event of hostler.sessions.events(looking.sessionId, { until: 'now' })) {
      events.push(event)
    }
    expect(events.length).toBeGreaterThan(10)
    shown.set('events', JSON.stringify(events))
    for (const path of [
      'status',
      'sessions',
      'runs',
      'agents',
      'workers',
      'tokens',
      'audit',
      'deliveries',
      `runs/${looking.id}/attempts`,
      `sessions/${looking.sessionId}`,
    ]) {
      const { status, body } = await ask(`${daemon.url}/v1/${path}`, { headers: bearer })
      expect([path, status]).toEqual([path, 200])
      shown.set(path, JSON.stringify(body))
    }
    const metrics = await fetch(`${daemon.url}/metrics`, { headers: bearer })
    shown.set('metrics', await metrics.text())
    const wrong = await post(daemon.url, { key: 'a', promt: token }, { authorization: 'Bearer x' })
    shown.set('refusal', JSON.stringify(wrong.body))
    // A database that goes away is told of, too.
    await withClient(database.url, async (client) => {
      await client.query(`alter role ${role} nologin`)
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`,
      )
      await waitFor(() => daemon.log().includes('refused the login'), { timeoutMs: 20_000 })
      await client.query(`alter role ${role} login`)
    })

    const path = join(world.root, 'hostler-serve.yaml')
    await chmod(path, 0o600)
    for (const args of [
      ['config', 'show', '--config', path],
      ['config', 'show', '--json', '--config', path],
      ['config', 'check', '--config', path],
    ]) {
      const { code, stdout, stderr } = await runServe(args, env)
      expect([args.join(' '), code, stderr]).toEqual([args.join(' '), 0, ''])
      expect(stdout).not.toBe('')
      shown.set(args.join(' '), stdout)
    }
    const nowhere = new URL(databaseUrl)
    nowhere.pathname = '/nowhere'
    const bad = join(world.root, 'bad.yaml')
    const configuration = { ...world.configuration, webhooks: [{ secret: webhookSecret }] }
    await writeFile(bad, stringify(configuration))
    for (const args of [
      ['--config', bad],
      ['--config', path, '--database-url', nowhere.href],
    ]) {
      const dataDir = join(world.root, 'elsewhere')
      const refused = await runServe(['serve', ...args, '--port', '0', '--data-dir', dataDir], env)
      expect(refused.code).not.toBe(0)
      shown.set(`serve ${args[2] ?? 'bad'}`, refused.stdout + refused.stderr)
    }
    expect(await daemon.end('SIGTERM')).toBe(0)
    shown.set('log', daemon.log())
    shown.set('database', await dump(database.url))
    for (const file of filesBelow(join(world.root, 'data'))) {
      // The CLI has the secrets of tool servers from a file that nobody else may read.
      if (!file.endsWith('mcp.json')) shown.set(file, readFileSync(file, 'latin1'))
    }
    for (const [where, what] of shown) {
      for (const secret of secrets) {
        expect(what.includes(secret), `${secret} in ${where}`).toBe(false)
      }
    }
  },
)
