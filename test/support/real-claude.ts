import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url))
const platformPackage = `@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`

/** The CLI that the project is developed against. */
export const newestClaude = { version: '2.1.328', path: join(modules, platformPackage) }

/** The oldest CLI that hostler works with. */
export const oldestClaude = {
  version: '2.1.197',
  path: join(modules, 'claude-code-oldest/node_modules', platformPackage),
}

/** Both, for `describe.each`. */
export const realClaudes = [newestClaude, oldestClaude]

/**
 * The environment for a real CLI that can reach nothing but the scripted model, and sees a home of
 * its own, which is created. With an OAuth token there is no API key, as the key would win.
 */
export async function isolatedEnv(
  home: string,
  modelUrl: string,
  options: { oauthToken?: string; maxRetries?: number } = {},
): Promise<Record<string, string>> {
  await mkdir(home, { recursive: true })
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    LANG: 'C.UTF-8',
    ...pick('TMPDIR'),
    ...pick('HOSTLER_TEST_RUN'),
    ANTHROPIC_BASE_URL: modelUrl,
    ...(options.oauthToken === undefined
      ? { ANTHROPIC_API_KEY: 'sk-ant-dummy' }
      : { CLAUDE_CODE_OAUTH_TOKEN: options.oauthToken }),
    ...(options.maxRetries !== undefined && {
      CLAUDE_CODE_MAX_RETRIES: String(options.maxRetries),
    }),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
  }
}

function pick(name: string): Record<string, string> {
  const value = process.env[name]
  return value === undefined ? {} : { [name]: value }
}
