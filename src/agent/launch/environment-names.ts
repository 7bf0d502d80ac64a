/** Names that are inherited as they are; see {@link isInherited} for those by prefix. */
const inherited = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'TERM',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_CACHE_HOME',
  'XDG_STATE_HOME',
  'XDG_RUNTIME_DIR',
  'IS_SANDBOX',
  'API_TIMEOUT_MS',
  'BASH_DEFAULT_TIMEOUT_MS',
  'BASH_MAX_TIMEOUT_MS',
  'BASH_MAX_OUTPUT_LENGTH',
  'ENABLE_TOOL_SEARCH',
  'MAX_MCP_OUTPUT_TOKENS',
  'MAX_THINKING_TOKENS',
  'MCP_TIMEOUT',
  'MCP_TOOL_TIMEOUT',
  'SLASH_COMMAND_TOOL_CHAR_BUDGET',
  'USE_BUILTIN_RIPGREP',
])

const inheritedPrefixes = ['LC_', 'ANTHROPIC_', 'CLAUDE_', 'DISABLE_']

/**
 * What the CLI sets for the processes that it starts. hostler is often started from inside one (a
 * terminal of Claude Code, a hook): passed on, they would tie the new agent to that other session.
 * Source: the environment of the Bash tool in 2.1.328.
 */
const nestingMarkers = new Set([
  'CLAUDECODE',
  'CLAUDE_PID',
  'CLAUDE_EFFORT',
  'CLAUDE_AGENT_SDK_VERSION',
  'CLAUDE_CODE_CHILD_SESSION',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_EXECPATH',
  'CLAUDE_CODE_REMOTE',
  'CLAUDE_CODE_SDK_READS_SESSION_STATE',
  'CLAUDE_CODE_SSE_PORT',
  'CLAUDE_ENV_FILE',
  'CLAUDE_PLUGIN_ROOT',
  'CLAUDE_PROJECT_DIR',
  'AI_AGENT',
])

const nestingPrefixes = [
  'CLAUDE_CODE_BRIDGE_',
  'CLAUDE_CODE_HOST_',
  'CLAUDE_CODE_MESSAGING_',
  'CLAUDE_CODE_REMOTE_',
  'CLAUDE_CODE_SESSION_',
  'CLAUDE_CODE_WORKER_',
]

/** Set by hostler for every agent, or left unset because a turn could not be followed with them. */
const owned: Readonly<Record<string, string>> = {
  CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: 'hostler sets it',
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: 'use backgroundWork',
  CLAUDE_CODE_RESUME_INTERRUPTED_TURN: 'send the prompt again with the same promptId',
}

/** Clouds that the CLI can reach Claude through: the switch, and what is passed on only with it. */
export const clouds: readonly { switchName: string; prefixes: string[]; names: string[] }[] = [
  { switchName: 'CLAUDE_CODE_USE_BEDROCK', prefixes: ['AWS_', 'ANTHROPIC_BEDROCK_'], names: [] },
  {
    switchName: 'CLAUDE_CODE_USE_VERTEX',
    prefixes: ['GOOGLE_CLOUD_', 'CLOUDSDK_', 'VERTEX_REGION_', 'ANTHROPIC_VERTEX_'],
    names: ['GOOGLE_APPLICATION_CREDENTIALS', 'GCLOUD_PROJECT', 'CLOUD_ML_REGION'],
  },
  { switchName: 'CLAUDE_CODE_USE_FOUNDRY', prefixes: ['AZURE_', 'ANTHROPIC_FOUNDRY_'], names: [] },
]

/** Whether a cloud's switch is on, as the CLI reads it. */
export function isSwitchedOn(value: string | undefined): boolean {
  return value !== undefined && ['1', 'true', 'yes', 'on'].includes(value.toLowerCase())
}

/** The login of the agent. The CLI takes the first that it finds, silently. */
export const credentialNames: readonly string[] = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
]

/** Whether the name says that a process runs inside another Claude Code session. */
function isNestingMarker(name: string): boolean {
  return (
    nestingMarkers.has(name) ||
    nestingPrefixes.some((prefix) => name.startsWith(prefix)) ||
    // Numbers of open files, which the agent does not inherit.
    (name.startsWith('CLAUDE_') && name.endsWith('_FILE_DESCRIPTOR'))
  )
}

/** Why `name` may not be set for an agent, or null when it may. */
export function whyReserved(name: string): string | null {
  if (name.startsWith('HOSTLER_')) return 'names that begin with HOSTLER_ are its own'
  if (isNestingMarker(name)) return 'it would tie the agent to another session'
  return owned[name] ?? null
}

/** Whether the name is passed on from hostler's own environment, clouds and secrets apart. */
export function isInherited(name: string): boolean {
  if (whyReserved(name) !== null || isOfCloud(name)) return false
  return inherited.has(name) || inheritedPrefixes.some((prefix) => name.startsWith(prefix))
}

function isOfCloud(name: string): boolean {
  return clouds.some(({ prefixes }) => prefixes.some((prefix) => name.startsWith(prefix)))
}
