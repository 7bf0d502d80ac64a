import { InvalidArgumentError, type Command } from 'commander'
import type { Hostler, Scope, Token } from '../../client/index.ts'
import { didYouMean } from '../../util/suggest.ts'
import { clock } from '../clock.ts'
import { dataDirOf } from '../data-dir.ts'
import { parseDuration } from '../duration.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import { ageOf } from './describe.ts'
import { listenToLeave } from './leaving.ts'
import type { OpenLocal } from './open-local.ts'
import { printJson, printTable } from './print.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { withHostler } from './with-hostler.ts'

const scopes = ['read', 'run', 'answer', 'admin'] as const
const headings = ['TOKEN', 'SCOPES', 'STATE', 'MADE', 'LAST USED', 'LABEL']

type TokenFlags = ServiceFlags & { dataDir?: string }
type CreateFlags = TokenFlags & { label: string; scopes: Scope[]; expires?: number }
type Tokens = Hostler['tokens']

/** `hostler token create|list|revoke`: over HTTP, or with `--data-dir` in the database itself. */
export function addTokenCommand(
  program: Command,
  io: Io,
  { exit, openLocal }: { exit: (code: number) => void; openLocal?: OpenLocal | undefined },
): void {
  const token = program
    .command('token')
    .description('make, list and revoke what lets others in')
    .addHelpText(
      'after',
      `
Examples:
  hostler token create --data-dir ~/.local/share/hostler --label me --scopes admin   the first one
  hostler token create --label ci --scopes run,read --expires 720h
  hostler token revoke 01a1f7ae-9b2c-7d3e-8f00-000000000000`,
    )

  async function withTokens(
    flags: TokenFlags,
    work: (tokens: Tokens, signal: AbortSignal) => Promise<number>,
  ): Promise<void> {
    if (flags.dataDir === undefined) {
      exit(await withHostler(flags, io, ({ hostler, signal }) => work(hostler.tokens, signal)))
      return
    }
    if (openLocal === undefined) {
      throw usageError('--data-dir: there is no database here', 'name a server')
    }
    using leaving = listenToLeave(io)
    const { signal } = leaving
    await using local = await openLocal(dataDirOf(flags, io), { signal })
    const code = await work(local.tokens, signal)
    exit(leaving.exitCode ?? code)
  }

  function add(name: string, description: string): Command {
    const command = token.command(name).description(description)
    return addServiceFlags(command).option(
      '--data-dir <dir>',
      'in the database of this data folder, without a server',
    )
  }

  add('create', 'make a token; it is shown this once')
    .requiredOption('--label <label>', 'whose it is, or what for')
    .requiredOption('--scopes <scopes>', `with commas: ${scopes.join(', ')}`, collectScopes)
    .option('--expires <duration>', 'after which it is worth nothing, e.g. 720h', parseDuration)
    .action(async (flags: CreateFlags) => {
      await withTokens(flags, async (tokens, signal) => {
        const { label, expires } = flags
        const made = await tokens.create(
          { label, scopes: flags.scopes, ...(expires !== undefined && { expiresInMs: expires }) },
          { signal },
        )
        if (flags.json === true) printJson(io, made)
        else {
          io.stdout.write(`${made.token}\n`)
          io.stderr.write(`token ${made.id}; keep it now, it is not shown again\n`)
        }
        return exitCodes.ok
      })
    })

  add('list', 'the tokens that there are').action(async (flags: TokenFlags) => {
    await withTokens(flags, async (tokens, signal) => {
      const all = await tokens.list({ signal })
      if (flags.json === true) printJson(io, all)
      else if (all.length === 0) io.stderr.write('there are no tokens\n')
      else printTable(io, headings, all.map(toRow))
      return exitCodes.ok
    })
  })

  add('revoke', 'let nobody in by it any more')
    .argument('<token>', 'its id, or what it begins with')
    .action(async (text: string, flags: TokenFlags) => {
      await withTokens(flags, async (tokens, signal) => {
        const revoked = await tokens.revoke(await findToken(tokens, text, signal), { signal })
        if (flags.json === true) printJson(io, revoked)
        else io.stdout.write(`${revoked.id}  revoked\n`)
        return exitCodes.ok
      })
    })
}

async function findToken(tokens: Tokens, text: string, signal: AbortSignal): Promise<string> {
  const found = (await tokens.list({ signal })).filter(({ id }) => id.startsWith(text))
  const [first, second] = found
  if (first !== undefined && second === undefined) return first.id
  const problem = first === undefined ? 'no token begins' : 'several tokens begin'
  throw usageError(`${problem} with "${text}"`, 'hostler token list shows those there are')
}

function toRow(token: Token): string[] {
  const { id, scopes, label, createdAt, lastUsedAt, expiresAt, revokedAt } = token
  const isExpired = expiresAt !== null && expiresAt <= Date.now()
  const until = expiresAt === null ? 'valid' : `until ${clock(expiresAt)}`
  return [
    id,
    scopes.join(','),
    revokedAt !== null ? 'revoked' : isExpired ? 'expired' : until,
    `${ageOf(createdAt)} ago`,
    lastUsedAt === null ? 'never' : `${ageOf(lastUsedAt)} ago`,
    label,
  ]
}

function collectScopes(text: string, before: Scope[] | undefined): Scope[] {
  const given = text.split(',').map((one) => {
    const scope = scopes.find((candidate) => candidate === one.trim())
    if (scope !== undefined) return scope
    throw new InvalidArgumentError(`There is no scope "${one}"${didYouMean(one, scopes)}.`)
  })
  return [...(before ?? []), ...given]
}
