import { resolve } from 'node:path'
import type { ProfileOptions, Submission } from '../../client/index.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { followRun } from '../service/follow-run.ts'
import { lastSeqOf, newSession, readTask, sessionOf } from '../service/to-submission.ts'
import { withHostler, type Service } from '../service/with-hostler.ts'
import { createScreen } from '../terminal/screen.ts'
import { usageError } from '../usage-error.ts'
import { readJsonObject } from './flag-values.ts'
import { promptSource } from './prompt-source.ts'
import type { RunFlags } from './run-flags.ts'

/** What a run in the daemon takes; all else is the profile's, so that no prompt can widen it. */
const taken = new Set<keyof RunFlags>([
  ...(['session', 'profile', 'server', 'tokenFile'] as const),
  ...(['file', 'attach', 'output', 'verbose', 'interactive', 'cwd'] as const),
  ...(['model', 'fallbackModel', 'effort', 'appendSystemPrompt', 'maxTurns'] as const),
  ...(['maxBudgetUsd', 'timeout', 'jsonSchema', 'sessionPersistence'] as const),
])

export function isForDaemon({ session, profile, server, tokenFile }: RunFlags): boolean {
  if (session !== undefined || profile !== undefined) return true
  if (server === undefined && tokenFile === undefined) return false
  throw usageError(
    `--${server === undefined ? 'token-file' : 'server'}: without --session or --profile, hostler run works alone`,
    'add one of them, or use hostler submit',
  )
}

/** `hostler run --session` and `--profile`: the same to look at, and the daemon keeps it. */
export async function runInDaemon(words: string[], flags: RunFlags, io: Io): Promise<number> {
  assertTaken(flags)
  const { file, attach, interactive, output } = flags
  const isInteractive = interactive === true
  if (isInteractive && output === 'json') {
    throw usageError('--interactive and --output json exclude each other', 'use stream-json')
  }
  const hasPrompt = words.length > 0 || file !== undefined || attach !== undefined
  const first = isInteractive && !hasPrompt ? null : await readTask(words, { io, file, attach })
  const options = toOptions(flags)
  return await withHostler(flags, io, async (service) => {
    const { hostler, leaving, signal } = service
    using prompts = isInteractive ? promptSource(io, createScreen(io, { isQuiet: true })) : null
    let code: number = exitCodes.ok
    let task = first ?? (await next())
    let session: Partial<Submission> | null = null
    while (task !== null && !signal.aborted) {
      // One prompt after the other.
      session ??= await targetOf(flags, service)
      const after = await lastSeqOf(hostler, session, signal)
      const run = await hostler.runs.submit(
        { ...task, ...session, options, slashCommands: 'run' },
        { signal },
      )
      session = { sessionId: run.sessionId }
      code = await followRun(service, run, {
        after,
        format: output,
        isVerbose: flags.verbose === true,
        onInterrupt: 'cancel',
      })
      task = await next()
    }
    return leaving.exitCode ?? code

    async function next(): Promise<Pick<Submission, 'prompt' | 'attachments'> | null> {
      const typed = (await prompts?.next(signal)) ?? null
      return typed === null ? null : { prompt: typed }
    }
  })
}

/** The session that is named, or a new one; profile and folder have to be those that it has. */
async function targetOf(
  { session, profile, cwd }: RunFlags,
  { hostler, signal }: Service,
): Promise<Partial<Submission>> {
  const place = {
    ...(profile !== undefined && { profile }),
    ...(cwd !== undefined && { workspace: { path: resolve(cwd) } }),
  }
  if (session === undefined) return await newSession(hostler, { session: place, signal })
  return { ...(await sessionOf(hostler, { text: session, signal })), ...place }
}

function toOptions(flags: RunFlags): ProfileOptions {
  const { model, fallbackModel, effort, appendSystemPrompt, maxTurns, maxBudgetUsd } = flags
  const { timeout, jsonSchema } = flags
  return {
    ...(model !== undefined && { model }),
    ...(fallbackModel !== undefined && { fallbackModel }),
    ...(effort !== undefined && { effort }),
    ...(appendSystemPrompt !== undefined && { appendSystemPrompt }),
    ...(maxTurns !== undefined && { maxTurns }),
    ...(maxBudgetUsd !== undefined && { maxBudgetUsd }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(jsonSchema !== undefined && {
      outputFormat: { type: 'json_schema', schema: readJsonObject('--json-schema', jsonSchema) },
    }),
  }
}

function assertTaken(flags: RunFlags): void {
  for (const [name, value] of Object.entries(flags)) {
    const isTaken = [...taken].some((one) => one === name)
    if (isTaken && !(name === 'sessionPersistence' && value === false)) continue
    const flag =
      name === 'sessionPersistence'
        ? 'no-session-persistence'
        : name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw usageError(
      `--${flag}: with --session or --profile, this is for the daemon's profile to say`,
      'leave it out, or write it into the profile in hostler.yaml',
    )
  }
}
