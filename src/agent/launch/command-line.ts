import type { OptionFiles } from './option-files.ts'
import type { AgentOptions } from '../options/options.ts'
import { compareVersions } from '../claude/claude-version.ts'

// `--system-prompt-snapshot` is there in 2.1.328 and refused as unknown by 2.1.197; where in between
// it came is not known, so that only versions seen to take it are given it.
const snapshotFlagSince = '2.1.328'
const snapshotsNotBefore = '2.1.198'

/**
 * The arguments of the CLI. No text that a user wrote and no secret is among them (`ps` shows them to
 * everybody): prompts go over stdin, system prompts, agents and schemas in `initialize`, settings and
 * MCP servers in files. Always `--flag=value`, because several flags swallow what follows them.
 */
export function commandLine(options: AgentOptions, files: OptionFiles, version: string): string[] {
  return [
    '-p',
    '--input-format=stream-json',
    '--output-format=stream-json',
    '--verbose',
    '--replay-user-messages',
    ...flag('include-partial-messages', options.includePartialMessages !== false),
    ...conversationFlags(options, version),
    ...modelFlags(options),
    ...permissionFlags(options),
    ...configurationFlags(options, files),
    ...Object.entries(options.extraArgs ?? {}).map(([name, value]) =>
      value === null ? `--${name}` : `--${name}=${value}`,
    ),
  ]
}

/**
 * Whether a `systemPrompt` or `appendSystemPrompt` is heeded when a session is resumed. Newer CLIs
 * send the one recorded at the first request instead, unless told not to.
 */
export function appendSystemPromptTakesEffectOnResume(version: string): boolean {
  return (
    compareVersions(version, snapshotsNotBefore) < 0 ||
    compareVersions(version, snapshotFlagSince) >= 0
  )
}

function conversationFlags(options: AgentOptions, version: string): string[] {
  const { resume, sessionId } = options
  const knowsSnapshots = compareVersions(version, snapshotFlagSince) >= 0
  return [
    ...valued('resume', resume),
    ...flag('fork-session', options.forkSession === true),
    ...valued('session-id', sessionId),
    ...flag('no-session-persistence', options.persistSession === false),
    ...valued('system-prompt-snapshot', resume !== undefined && knowsSnapshots ? 'off' : undefined),
  ]
}

function modelFlags(options: AgentOptions): string[] {
  return [
    ...valued('model', options.model),
    ...valued('fallback-model', options.fallbackModel),
    ...valued('effort', options.effort),
    ...valued('max-turns', options.maxTurns),
    ...valued('max-budget-usd', options.maxBudgetUsd),
  ]
}

function permissionFlags(options: AgentOptions): string[] {
  return [
    ...valued('permission-mode', options.permissionMode),
    ...valued('permission-prompt-tool', options.canUseTool === undefined ? undefined : 'stdio'),
    // An empty list means no tools, which is not the same as no flag.
    ...valued('tools', options.tools?.join(',')),
    ...repeated('allowedTools', options.allowedTools),
    ...repeated('disallowedTools', options.disallowedTools),
    ...repeated('add-dir', options.additionalDirectories),
  ]
}

function configurationFlags(options: AgentOptions, files: OptionFiles): string[] {
  const named = typeof options.settings === 'string' ? options.settings : undefined
  return [
    ...valued('settings', files.settings ?? named),
    ...valued('setting-sources', options.settingSources?.join(',')),
    ...valued('mcp-config', files.mcpConfig),
    ...flag('strict-mcp-config', options.strictMcpConfig === true),
  ]
}

function flag(name: string, isSet: boolean): string[] {
  return isSet ? [`--${name}`] : []
}

function valued(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [`--${name}=${value}`]
}

function repeated(name: string, values: readonly string[] = []): string[] {
  return values.map((value) => `--${name}=${value}`)
}
