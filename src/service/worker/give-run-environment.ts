import type { Agent } from '../../agent/index.ts'
import { insertRunToken } from '../../store/run-tokens.ts'
import { toError } from '../../util/to-error.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import type { Profile } from '../contract/profile.ts'
import { newToken } from '../front/verify-token.ts'
import type { Serve, Worker } from './worker-parts.ts'

/**
 * Lets scripts and hooks of an agent call hostler for the run that it serves: HOSTLER_RUN_ID, and where
 * a server listens HOSTLER_URL and HOSTLER_TOKEN, which is good for this only and ends with the run.
 */
export async function giveRunEnvironment(
  { context }: Pick<Worker, 'context'>,
  { run }: Pick<Serve, 'run'>,
  { agent, profile }: { agent: Agent; profile: Profile },
): Promise<void> {
  if (profile.runToken !== true) return
  await setVariables(context, { runId: run.id, agent, keepsFormer: false })
}

/**
 * The same for one that is taken up: where to call may have changed, and the token's text is known to the
 * agent only. What is under way goes on with the old one.
 */
export async function renewRunEnvironment(
  { context }: Pick<Worker, 'context'>,
  { run }: Pick<Serve, 'run'>,
  { agent, profile }: { agent: Agent; profile: Profile },
): Promise<void> {
  if (profile.runToken !== true || agent.state === 'ended') return
  try {
    await setVariables(context, { runId: run.id, agent, keepsFormer: true })
  } catch (error) {
    // It may be ending, and can do its work without.
    context.log.warn({ runId: run.id, err: toError(error) }, 'a run token could not be renewed')
  }
}

async function setVariables(
  context: Worker['context'],
  { runId, agent, keepsFormer }: { runId: string; agent: Agent; keepsFormer: boolean },
): Promise<void> {
  const url = await context.publicUrl()
  if (url === null) return await agent.setRunEnvironment({ HOSTLER_RUN_ID: runId })
  const { token, hash } = newToken()
  await context.store.transact((tx) =>
    insertRunToken(tx, { id: uuidV7(), runId, hash, keepsFormer }),
  )
  await agent.setRunEnvironment({
    HOSTLER_URL: url,
    HOSTLER_RUN_ID: runId,
    HOSTLER_TOKEN: token,
  })
}
