type Environment = Readonly<Record<string, string | undefined>>

/** What git needs of hostler's environment: the way out, the user's own login and configuration. */
const inherited = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'SSH_AUTH_SOCK',
  'GIT_ASKPASS',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CONFIG_SYSTEM',
  'GIT_SSH_COMMAND',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
])

/**
 * The environment of hostler's own git, by an allow-list. `GIT_DIR` and its like stay out: hostler
 * started from a git hook would otherwise work on that repository instead of the one it names.
 */
export function gitEnvironment(env: Environment): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && inherited.has(name)) result[name] = value
  }
  return {
    ...result,
    // Messages are looked at, and nobody is there to be asked.
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'https:ssh:file',
    // Looking at a workspace must not stand in the way of the git that the agent runs there.
    GIT_OPTIONAL_LOCKS: '0',
  }
}
