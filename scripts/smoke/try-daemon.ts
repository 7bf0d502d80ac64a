import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { check, run, say, type Place } from './commands.ts'
import { startServer } from './start-server.ts'

/** Starts the daemon, gives it work over HTTP in three ways, and stops it. */
export async function tryDaemon(hostler: string, place: Place): Promise<void> {
  const { dir, env } = place
  const dataDir = join(dir, 'daemon-data')
  const data = ['--data-dir', dataDir]
  await run(hostler, ['init', ...data], place)
  await run(hostler, ['config', 'check', ...data], place)
  const configuration = `profiles: { default: { workspace: { path: ${JSON.stringify(dir)} } } }`
  await writeFile(join(dataDir, 'hostler.yaml'), configuration)
  const server = await startServer(hostler, ['serve', ...data, '--port', '0'], place)
  try {
    say('hostler serve: HTTP, the client, the command line')
    const { openapi, paths } = await getJson(`${server.url}/openapi.json`)
    check(openapi === '3.1.0' && Object(paths)['/v1/runs'] !== undefined, String(openapi))
    const submitted = await fetch(`${server.url}/v1/runs?wait=60`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: 'smoke', prompt: 'hello' }),
    })
    const ended: { outcome?: string; text?: string } = JSON.parse(await submitted.text())
    check(
      ended.outcome === 'ok' && ended.text?.startsWith('Hello!') === true,
      JSON.stringify(ended),
    )

    const withUrl = { dir, env: { ...env, HOSTLER_URL: server.url } }
    await copyFile(
      join(dir, 'node_modules/hostler/docs/examples/client.js'),
      join(dir, 'client.js'),
    )
    const printed = await run('node', ['client.js'], withUrl)
    check(/\nok, 0\.\d+ USD\n$/.test(printed), printed)
    const said = await run(hostler, ['submit', '--key', 'smoke', '--wait', '60s', 'hi'], withUrl)
    check(said.startsWith('Hello!'), said)
    const listed: { items: unknown[] } = JSON.parse(await run(hostler, ['runs', '--json'], withUrl))
    check(listed.items.length === 3, `${listed.items.length} runs instead of 3`)
  } finally {
    await server.close()
  }
  const checked = await run(hostler, ['db', 'check', ...data, '--json'], place)
  check(JSON.parse(checked).sound === true, checked)
}

async function getJson(url: string): Promise<Record<string, unknown>> {
  return JSON.parse(await (await fetch(url)).text())
}
