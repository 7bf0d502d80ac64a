import type { Command } from 'commander'
import { assertNoBatchFlags, submitFile } from '../batch/batch-flags.ts'
import type { Submission } from '../../client/index.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { safeText } from '../terminal/safe-text.ts'
import { usageError } from '../usage-error.ts'
import { describeState } from './describe.ts'
import { findId } from './find-id.ts'
import { exitCodeOf, followRun } from './follow-run.ts'
import { printJson } from './print.ts'
import { addSubmitFlags, type SubmitFlags } from './submit-flags.ts'
import { lastSeqOf, newSession, readTask, sessionOf, toFields } from './to-submission.ts'
import { withHostler, type Service } from './with-hostler.ts'

const examples = `
Examples:
  hostler submit --key nightly --profile ci "update the changelog"
  hostler submit --session 01a1f7ae-9b2c --follow "and now the tests"
  git diff | hostler submit --key review --wait 60s --attach - "review this"
  run=$(hostler submit --key nightly "…") && hostler logs -f "$run"
  hostler submit --after "$run" --review "write the release notes"
  hostler submit --batch tasks.yaml --follow --concurrency 4

Prints the id of the run; with --follow or --wait, its answer. With --follow, Ctrl-C leaves the run
as it is. Exit codes: docs/cli.md.`

/** `hostler submit`: a prompt for the daemon. */
export function addSubmitCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('submit')
    .description('give a prompt to a session of the daemon')
    .argument('[prompt...]', 'the prompt; else -f, or stdin when it is not a terminal')
  addSubmitFlags(command)
  command.addHelpText('after', examples)
  command.action(async (words: string[], flags: SubmitFlags) => {
    if (flags.follow === true && flags.wait !== undefined) {
      throw usageError('--follow and --wait exclude each other', 'give one of them')
    }
    if (flags.session !== undefined && flags.key !== undefined) {
      throw usageError('--session and --key both name a session', 'give one of them')
    }
    if (flags.idempotencyKey !== undefined && !flags.session && !flags.key) {
      throw usageError(
        '--idempotency-key: each time there would be another session',
        'name the session, too: --key, or --session',
      )
    }
    if (flags.batch !== undefined) {
      const { batch } = flags
      exit(await withHostler(flags, io, (service) => submitFile(batch, words, { flags, service })))
      return
    }
    assertNoBatchFlags(flags)
    const { file, attach } = flags
    const task = await readTask(words, { io, file, attach })
    exit(await withHostler(flags, io, (service) => submit(task, flags, service)))
  })
}

async function submit(
  task: Pick<Submission, 'prompt' | 'attachments'>,
  flags: SubmitFlags,
  service: Service,
): Promise<number> {
  const { hostler, signal } = service
  const session = await targetOf(flags, service)
  // Under a key of the user's it may be a run of long ago.
  const isNew = flags.idempotencyKey === undefined
  const after = flags.follow && isNew ? await lastSeqOf(hostler, session, signal) : 0
  const fields = { ...toFields(flags), ...(await afterOf(flags, service)) }
  const run = await hostler.runs.submit({ ...task, ...session, ...fields }, { signal })
  if (flags.follow === true) {
    return await followRun(service, run, {
      after,
      format: flags.json === true ? 'stream-json' : 'text',
      isVerbose: flags.verbose === true,
      onInterrupt: 'leave',
    })
  }
  return await report(run.id, flags, service)
}

async function targetOf(
  { session, key, profile }: SubmitFlags,
  { hostler, signal }: Service,
): Promise<Partial<Submission>> {
  const place = profile === undefined ? {} : { profile }
  if (key !== undefined) return { key, ...place }
  if (session === undefined) return await newSession(hostler, { session: place, signal })
  return { ...(await sessionOf(hostler, { text: session, signal })), ...place }
}

/** The runs that `--after` names. */
async function afterOf(
  { after }: SubmitFlags,
  { hostler, signal }: Service,
): Promise<Pick<Submission, 'dependsOn'>> {
  if (after === undefined) return {}
  const ids: string[] = []
  for (const text of after) ids.push(await findId(hostler, 'run', { text, signal }))
  return { dependsOn: ids }
}

async function report(id: string, flags: SubmitFlags, service: Service): Promise<number> {
  const { hostler, io, signal } = service
  const { wait } = flags
  const run =
    wait === undefined
      ? await hostler.runs.get(id, { signal })
      : await hostler.runs.wait(id, { timeoutMs: wait, signal })
  const isEnded = run.endedAt !== null
  if (flags.json === true) printJson(io, run)
  else {
    const answer = wait !== undefined && isEnded ? (run.text ?? '') : run.id
    if (answer !== '') io.stdout.write(`${io.stdout.isTTY ? safeText(answer) : answer}\n`)
    io.stderr.write(`${describeState(run)}, session ${run.sessionId}\n`)
    if (run.error !== null) io.stderr.write(`${safeText(run.error.message)}\n`)
  }
  return wait === undefined ? exitCodes.ok : exitCodeOf(run)
}
