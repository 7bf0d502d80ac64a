import { once } from 'node:events'
import { openStore } from '../../src/store/open-store.ts'
import { getSessionByKey } from '../../src/store/sessions/get-session.ts'
import { insertSession } from '../../src/store/sessions/insert-session.ts'
import { enqueueRun } from '../../src/store/queue/enqueue-run.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { newRun } from './queue-harness.ts'

// A process of its own for the tests: opens the store, waits for a line, and submits one prompt by key.

const [where = '', prompt = ''] = process.argv.slice(2)
const store = await openStore(JSON.parse(where))
process.stdout.write('ready\n')
await once(process.stdin, 'data')
await store.transact(async (tx) => {
  const made = await insertSession(tx, {
    id: uuidV7(),
    key: 'telegram:1',
    title: null,
    profile: 'default',
    workspace: '{"path":"/work"}',
    workspace_lock: null,
    options: '{}',
    labels: '{}',
    on_busy: null,
    pool: 'default',
  })
  const session = made ?? (await getSessionByKey(tx, 'telegram:1'))
  if (session === null) throw new Error('neither made nor found')
  await enqueueRun(tx, { session, run: newRun({ prompt_text: prompt }) })
})
await store[Symbol.asyncDispose]()
process.stdin.destroy()
