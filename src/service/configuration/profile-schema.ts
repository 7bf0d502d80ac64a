import { z } from 'zod'
import { permissionModes } from '../../agent/index.ts'
import { hostlerTools } from '../contract/agent-calls.ts'
import type { Profile } from '../contract/profile.ts'
import {
  anyText,
  byteSize,
  dollars,
  flag,
  text,
  texts,
  textsByName,
  timer,
  timerOrNone,
  whole,
} from './fields.ts'
import {
  anyObject,
  mcpServer,
  outcomeActions,
  outputFormat,
  permissionRules,
  retention,
  subagent,
  workspace,
} from './profile-parts.ts'
import { profileDefaults } from './profile-defaults.ts'

/** A profile as it is written: without what it takes over from another. */
export type WrittenProfile = Omit<Profile, 'name'> & { extends?: string }

/** One key: what it takes, what it means, and what holds when it is left out. */
function key<T>(schema: z.ZodType<T>, description: string, more: { default?: unknown } = {}) {
  return schema.meta({ description, ...more }).exactOptional()
}

function keyWithDefault<T>(
  name: keyof typeof profileDefaults,
  schema: z.ZodType<T>,
  description: string,
) {
  return key(schema, description, { default: profileDefaults[name] })
}

/** Each key by itself. What contradicts what is looked at when profiles are complete. */
export const profileSchema: z.ZodType<WrittenProfile> = z.strictObject(
  {
    description: key(anyText, 'For people.'),
    extends: key(text, 'Takes over all keys of that profile which this one does not have itself.'),

    model: key(text, 'The model, or an alias such as `sonnet`.'),
    fallbackModel: key(text, 'The model when the first one is overloaded.'),
    effort: key(z.enum(['low', 'medium', 'high', 'xhigh', 'max']), 'How much it thinks.'),
    systemPrompt: key(anyText, 'Replaces the CLI’s own system prompt.'),
    appendSystemPrompt: key(anyText, 'Added to the CLI’s own system prompt.'),
    tools: key(texts, 'Built-in tools to offer; `[]` for none.'),
    allowedTools: key(texts, 'Rules of what runs without asking, e.g. `Bash(git:*)`.'),
    disallowedTools: key(texts, 'Rules of what never runs.'),
    additionalDirectories: key(texts, 'Folders outside of the workspace that tools may use.'),
    permissionMode: key(z.enum(permissionModes), 'What becomes of tools that no rule names.'),
    maxTurns: key(whole(1, 1_000_000, 'turns'), 'Model calls in one run; a run may ask for fewer.'),
    maxBudgetUsd: key(
      dollars,
      'US dollars for a run, its retries taken together; it may ask for less.',
    ),
    outputFormat: key(outputFormat, 'Makes the agent answer with a value of this JSON Schema.'),
    settings: key(anyObject, 'The CLI’s settings, as in its `settings.json`.'),
    settingSources: key(
      z.array(z.enum(['user', 'project', 'local']), {
        error: 'a list of "user", "project", "local"',
      }),
      'Which of the CLI’s own settings files are read. Without it: all.',
    ),
    mcpServers: key(
      z.record(z.string(), mcpServer, { error: 'an object of servers by name' }),
      'MCP servers by name.',
    ),
    agents: key(
      z.record(z.string(), subagent, { error: 'an object of subagents by name' }),
      'Subagents by name.',
    ),
    env: key(textsByName, 'Added to the agent’s environment. Its tools can read it.'),
    extraArgs: key(
      z.record(z.string(), anyText.nullable(), { error: 'an object of texts or null by flag' }),
      'Flags of the CLI that hostler has no name for; null for a flag without value.',
    ),
    backgroundWork: key(flag, 'Lets a turn leave tasks running behind its reply until they end.', {
      default: false,
    }),
    claudeBin: key(text, 'Path of the CLI. Without it: the one that `hostler doctor` finds.'),
    apiBaseUrl: key(text, 'The Messages API.'),
    apiKey: key(text, 'The login of its agents, in place of the inherited one.'),
    oauthToken: key(text, 'The same, as a token of `claude setup-token`.'),

    timeoutMs: key(timer, 'Wall clock of one turn, without the time that a human is awaited.'),
    startTimeoutMs: key(timer, 'From the start of an agent to its first answer.', {
      default: 60_000,
    }),
    stallTimeoutMs: key(timer, 'Silence in mid-turn while no tool runs and no human is awaited.', {
      default: 900_000,
    }),
    requestTimeoutMs: key(
      timer,
      'A request that nobody answered for so long is denied. Without it: waits for ever.',
    ),
    onRequestExpiry: keyWithDefault(
      'onRequestExpiry',
      z.enum(['deny', 'stop']),
      'What a request’s expiry does: the agent hears a denial and goes on, or its turn ends with it.',
    ),
    parkAfterMs: keyWithDefault(
      'parkAfterMs',
      timerOrNone,
      'How long an agent is kept for an answer; then its run gives up the slot, and resumes with the answer.',
    ),
    permissions: key(
      permissionRules,
      'What is decided without a human when the CLI asks; the first rule that fits counts.',
    ),
    allowBypass: keyWithDefault(
      'allowBypass',
      flag,
      'Whether a session may be given permission for everything for a while.',
    ),
    firstEventTimeoutMs: key(timer, 'Silence from the prompt to the agent’s first event.', {
      default: 120_000,
    }),
    maxLineBytes: key(byteSize(65_536, 2 ** 29), 'Longer lines of output are clipped.', {
      default: 16 * 1024 ** 2,
    }),
    maxLogBytes: key(byteSize(1), 'An agent whose log grows over this is stopped.', {
      default: 1024 ** 3,
    }),

    workspace: key(workspace, 'Where its sessions work, unless they name a place themselves.'),
    shareWorkspace: keyWithDefault(
      'shareWorkspace',
      flag,
      'Lets two sessions run in one folder at the same time.',
    ),
    onArchive: keyWithDefault(
      'onArchive',
      z.enum(['keep', 'remove']),
      'What becomes of a git workspace when its session is archived.',
    ),
    saveWork: keyWithDefault(
      'saveWork',
      z.enum(['push', 'bundle', 'none']),
      'How a git workspace’s commits leave the machine at a turn’s end: pushed, or kept in the database.',
    ),
    onBusy: keyWithDefault(
      'onBusy',
      z.enum(['queue', 'interrupt', 'steer']),
      'What a new prompt does to a turn under way: wait for it, end it, or become part of it.',
    ),
    maxRunning: key(whole(1, 100_000, 'runs'), 'Its runs at once, over all workers.'),
    pool: keyWithDefault('pool', text, 'Which workers take it: those of the same pool.'),
    warmMs: keyWithDefault(
      'warmMs',
      timerOrNone,
      'How long an agent stays ready after a turn; 0 ends it at once.',
    ),
    spare: keyWithDefault(
      'spare',
      whole(0, 100, 'agents'),
      'Agents that each worker starts ahead. Needs a path workspace.',
    ),
    maxAttempts: keyWithDefault(
      'maxAttempts',
      whole(1, 100, 'attempts'),
      'Tries of one run, the first included.',
    ),
    outcomes: key(
      outcomeActions,
      'What follows from an outcome, where it is not as docs/outcomes.md says.',
    ),
    hostlerTools: keyWithDefault(
      'hostlerTools',
      z.array(z.enum(hostlerTools), { error: `a list of ${hostlerTools.join(', ')}` }),
      'The MCP tools that its agents get from hostler.',
    ),
    runToken: keyWithDefault(
      'runToken',
      flag,
      'Gives scripts in the workspace HOSTLER_URL, HOSTLER_RUN_ID and a token for the run.',
    ),
    preamble: keyWithDefault(
      'preamble',
      z.enum(['none', 'planning-1']),
      'A text about when to split work and when to ask, added to the system prompt; not for child runs.',
    ),
    childProfiles: keyWithDefault(
      'childProfiles',
      texts,
      'Profiles that its agents may give to tasks, besides their own. None may do more than this one.',
    ),
    maxChildDepth: keyWithDefault(
      'maxChildDepth',
      whole(0, 10, 'levels'),
      'How deep tasks may make tasks.',
    ),
    maxChildren: keyWithDefault(
      'maxChildren',
      whole(0, 10_000, 'tasks'),
      'How many tasks one run may make.',
    ),
    maxSessionUsd: key(dollars, 'US dollars that one session of it may cost.'),
    maxDayUsd: key(dollars, 'US dollars that its runs together may cost in a day.'),
    retention: key(retention, 'What is kept of a session’s events. Without it: everything.'),
    onSessionLost: keyWithDefault(
      'onSessionLost',
      z.enum(['stop', 'fresh']),
      'When Claude does not know the conversation any more: end the run, or begin anew and say so.',
    ),
  },
  { error: 'an object of options' },
)
