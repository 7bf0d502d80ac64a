import type { Command } from 'commander'
import type { Hostler, Run, Session, StoredRequest } from '../../client/index.ts'
import { HostlerError } from '../../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import { describeRun } from './describe-run.ts'
import { describeSession } from './describe-session.ts'
import { describeStoredRequest } from './describe-stored-request.ts'
import { assertId, findByPrefix, isWhole, listOf, onlyOne, type Kind } from './find-id.ts'
import { printJson } from './print.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { withHostler, type Service } from './with-hostler.ts'

type Found =
  | { kind: 'session'; value: Session }
  | { kind: 'run'; value: Run }
  | { kind: 'request'; value: StoredRequest }

const kinds: readonly Kind[] = ['run', 'session', 'request']

/** `hostler show`: a session, a run or a request, whichever the id belongs to. */
export function addShowCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('show')
    .description('all about a run, a session or a request: what, why, and what to do')
    .argument('<what>', 'its id, what it begins with, or key:…')
    .addHelpText('after', '\nExamples:\n  hostler show 01a1f7ae-9b2c\n  hostler show key:nightly')
  addServiceFlags(command).action(async (text: string, flags: ServiceFlags) => {
    exit(await withHostler(flags, io, (service) => show(text, flags, service)))
  })
}

async function show(text: string, flags: ServiceFlags, service: Service): Promise<number> {
  const { io } = service
  const found = await find(text, service)
  if (flags.json === true) printJson(io, { kind: found.kind, [found.kind]: found.value })
  else {
    switch (found.kind) {
      case 'session':
        await describeSession(found.value, service)
        break
      case 'run':
        await describeRun(found.value, service)
        break
      case 'request':
        describeStoredRequest(found.value, io)
        break
      default:
        found satisfies never
    }
  }
  return exitCodes.ok
}

async function find(text: string, { hostler, signal }: Service): Promise<Found> {
  if (text.startsWith('key:')) return await read(hostler, 'session', { id: text, signal })
  if (!isWhole(text, 'run')) {
    assertId(text, 'session')
    const found = await Promise.all(
      kinds.map(async (kind) => {
        const ids = await findByPrefix(listOf(hostler, kind), { prefix: text, signal })
        return ids.map((id) => ({ kind, id }))
      }),
    )
    const all = found.flat()
    const id = onlyOne(
      all.map((one) => one.id),
      text,
      { what: 'run, session or request', cure: 'hostler runs, sessions and requests list them' },
    )
    const kind = all.find((one) => one.id === id)?.kind ?? 'run'
    return await read(hostler, kind, { id, signal })
  }
  for (const kind of kinds) {
    // Most ids are of the first kind.
    const found = await read(hostler, kind, { id: text, signal }).catch(nullWhenMissing)
    if (found !== null) return found
  }
  throw usageError(`no run, session or request has the id ${text}`, 'hostler runs, or sessions')
}

async function read(
  hostler: Hostler,
  kind: Kind,
  { id, signal }: { id: string; signal: AbortSignal },
): Promise<Found> {
  switch (kind) {
    case 'session':
      return { kind, value: await hostler.sessions.get(id, { signal }) }
    case 'run':
      return { kind, value: await hostler.runs.get(id, { signal }) }
    case 'request':
      return { kind, value: await hostler.requests.get(id, { signal }) }
    default:
      return kind satisfies never
  }
}

function nullWhenMissing(error: unknown): null {
  if (error instanceof HostlerError && error.code === 'not_found') return null
  throw error
}
