import { InvalidArgumentError, type Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { collect } from '../run/flag-values.ts'
import { findId } from './find-id.ts'
import { printJson } from './print.ts'
import { addServiceFlags, type ServiceFlags } from './server-flags.ts'
import { toAnswer, type AnswerFlags } from './to-answer.ts'
import { withHostler, type Service } from './with-hostler.ts'

/** `hostler answer`: what a request waits for. */
export function addAnswerCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('answer')
    .description('answer what an agent asks')
    .argument('<request>', 'its id, or what it begins with')
    .option('--allow', 'let it: a tool, a plan; accept a result')
    .option('--for-session', 'with --allow: also the rest of the session, by the rules offered')
    .option('--rule <n>', 'with --allow: keep this rule of those offered', parseRule)
    .option('--deny [reason]', 'do not let it, or send it back; the agent reads the reason')
    .option('--choice <label>', 'of a question: a label, or question=label; repeatable', collect)
    .option(
      '--text <text>',
      'of a question: your own words, or question=words; repeatable',
      collect,
    )
    .option('--content <json|@file>', 'what an MCP server wants to know')
  addServiceFlags(command)
    .addHelpText(
      'after',
      `
Examples:
  hostler requests
  hostler answer 01a1f7ae-9b2c --allow
  hostler answer 01a1f7ae-9b2c --allow --rule 1
  hostler answer 01a1f7ae-9b2c --deny "not on the main branch"
  hostler answer 01a1f7ae-9b2c --choice "PostgreSQL"`,
    )
    .action(async (text: string, flags: ServiceFlags & AnswerFlags) => {
      exit(await withHostler(flags, io, (service) => answer(text, flags, service)))
    })
}

function parseRule(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Give the number of a rule: hostler requests shows them.')
}

async function answer(
  text: string,
  flags: ServiceFlags & AnswerFlags,
  { hostler, io, signal }: Service,
): Promise<number> {
  const id = await findId(hostler, 'request', { text, signal })
  const stored = await hostler.requests.get(id, { signal })
  const { allow, forSession, rule, deny, choice, text: words, content } = flags
  const given = toAnswer(stored, {
    ...(allow !== undefined && { allow }),
    ...(forSession !== undefined && { forSession }),
    ...(rule !== undefined && { rule }),
    ...(deny !== undefined && { deny }),
    ...(choice !== undefined && { choice }),
    ...(words !== undefined && { text: words }),
    ...(content !== undefined && { content }),
  })
  const answered = await hostler.requests.answer(id, given, { signal })
  if (flags.json === true) printJson(io, answered)
  else io.stdout.write(`${answered.id}  ${answered.state}\n`)
  return exitCodes.ok
}
