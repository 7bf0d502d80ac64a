import type { SubmitFlags } from '../service/submit-flags.ts'
import { sessionOf, toFields } from '../service/to-submission.ts'
import type { Service } from '../service/with-hostler.ts'
import { usageError } from '../usage-error.ts'
import { planBatch } from './batch-plan.ts'
import { submitBatch } from './submit-batch.ts'

/** `hostler submit --batch`. @throws usage for flags that make no sense with it */
export async function submitFile(
  path: string,
  words: readonly string[],
  { flags, service }: { flags: SubmitFlags; service: Service },
): Promise<number> {
  assertBatchFlags(words, flags)
  const { hostler, signal, io } = service
  const { session, key, profile, follow, wait, concurrency, json } = flags
  const place = session === undefined ? {} : await sessionOf(hostler, { text: session, signal })
  const defaults = {
    ...toFields(flags),
    ...place,
    ...(key !== undefined && { key }),
    ...(profile !== undefined && { profile }),
  }
  const plan = await planBatch(path, { flags, defaults, io })
  return await submitBatch(service, plan, {
    waitMs: follow === true ? Infinity : (wait ?? null),
    concurrency: concurrency ?? Infinity,
    isJson: json === true,
  })
}

function assertBatchFlags(words: readonly string[], flags: SubmitFlags): void {
  const { file, attach, idempotencyKey, after, concurrency, follow, wait } = flags
  const odd = [
    words.length > 0 && 'a prompt',
    file !== undefined && '--file',
    attach !== undefined && '--attach',
    idempotencyKey !== undefined && '--idempotency-key',
    after !== undefined && '--after',
  ].find((one) => typeof one === 'string')
  if (odd !== undefined) throw usageError(`--batch: ${odd} is of one run`, 'leave it out')
  if (concurrency === undefined || follow === true || wait !== undefined) return
  throw usageError(
    '--concurrency: somebody has to stay and submit the next one',
    'add --follow, or --wait with how long',
  )
}

/** Refuses what only a batch has where there is none. @throws usage */
export function assertNoBatchFlags({ batchId, concurrency }: SubmitFlags): void {
  const odd = batchId === undefined ? concurrency !== undefined && '--concurrency' : '--batch-id'
  if (odd !== false) throw usageError(`${odd} is of a batch`, 'add --batch with its file')
}
