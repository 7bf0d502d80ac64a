import { didYouMean } from '../../util/suggest.ts'
import { credentialNames, whyReserved } from '../launch/environment-names.ts'
import { hookEvents, uncalledHookEvents } from './hook-events.ts'
import { reservedFlags } from './option-hints.ts'
import { optionProblem } from './option-problem.ts'
import type { AgentOptions } from './options.ts'

/**
 * Refuses options that contradict each other, or that would be without effect.
 * @throws HostlerError `invalid_option`
 */
export function checkOptionRules(options: AgentOptions): void {
  checkConversation(options)
  checkLogin(options)
  checkTools(options)
  checkLimits(options)
  for (const event of Object.keys(options.hooks ?? {})) checkHookEvent(event)
  for (const name of Object.keys(options.env ?? {})) checkVariable(name, options)
  for (const name of Object.keys(options.extraArgs ?? {})) checkFlag(name)
}

function checkConversation(options: AgentOptions): void {
  const { resume, sessionId, forkSession } = options
  if (forkSession === true && resume === undefined) {
    throw optionProblem('forkSession', 'there is no session to fork', 'give its id as resume')
  }
  if (options.resumeInterruptedTurn === true && (resume === undefined || forkSession === true)) {
    const problem = 'there is no interrupted turn but in a session that goes on'
    throw optionProblem('resumeInterruptedTurn', problem, 'give the session as resume')
  }
  if (resume !== undefined && sessionId !== undefined && forkSession !== true) {
    const cure = 'leave sessionId out to go on, or add forkSession: true to branch off'
    throw optionProblem('sessionId', 'a resumed session keeps its id', cure)
  }
  if (options.fallbackModel !== undefined && options.fallbackModel === options.model) {
    throw optionProblem(
      'fallbackModel',
      'is the same as model',
      'name another model or leave it out',
    )
  }
}

function checkLogin(options: AgentOptions): void {
  const given = [
    ...(options.apiKey === undefined ? [] : ['apiKey']),
    ...(options.oauthToken === undefined ? [] : ['oauthToken']),
    ...credentialNames.filter((name) => options.env?.[name] !== undefined).map((n) => `env.${n}`),
  ]
  const [first, second] = given
  if (second !== undefined) {
    const problem = `${first} is given as well, and the CLI would silently take one of them`
    throw optionProblem(second, problem, 'give one login')
  }
  if (options.apiBaseUrl !== undefined && options.env?.['ANTHROPIC_BASE_URL'] !== undefined) {
    throw optionProblem('env.ANTHROPIC_BASE_URL', 'apiBaseUrl is given as well', 'give one of them')
  }
}

function checkTools({ tools, allowedTools = [], disallowedTools = [] }: AgentOptions): void {
  for (const rule of disallowedTools) {
    const other = allowedTools.includes(rule) ? 'allowedTools' : 'tools'
    if (allowedTools.includes(rule) || tools?.includes(rule) === true) {
      const cure = 'take it out of one of the two'
      throw optionProblem('disallowedTools', `"${rule}" is in ${other} too`, cure)
    }
  }
  const odd = tools?.find((name) => !/^[A-Za-z0-9_-]+$/.test(name))
  if (odd !== undefined) {
    const cure = 'give names alone, such as "Bash"; rules go into allowedTools'
    throw optionProblem('tools', `"${odd}" is not the name of a tool`, cure)
  }
}

function checkLimits(options: AgentOptions): void {
  const asks = options.canUseTool !== undefined || options.onElicitation !== undefined
  if (options.requestTimeoutMs !== undefined && !asks) {
    const cure = 'give canUseTool or onElicitation, or leave it out'
    throw optionProblem('requestTimeoutMs', 'nothing would ever ask', cure)
  }
  const { maxLineBytes, maxLogBytes } = options
  if (maxLineBytes !== undefined && maxLogBytes !== undefined && maxLineBytes > maxLogBytes) {
    const problem = `${maxLineBytes} is more than the whole log may have (maxLogBytes: ${maxLogBytes})`
    throw optionProblem('maxLineBytes', problem, 'make it smaller than maxLogBytes')
  }
}

function checkHookEvent(event: string): void {
  if (hookEvents.includes(event)) return
  if (uncalledHookEvents.includes(event)) {
    const cure = 'use settings.hooks with a command'
    throw optionProblem(`hooks.${event}`, 'the CLI never calls the host for it', cure)
  }
  const cure = `give one of the CLI’s hook events${didYouMean(event, hookEvents)}`
  throw optionProblem(`hooks.${event}`, 'there is no such event', cure)
}

function checkVariable(name: string, options: AgentOptions): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const cure = 'use letters, digits and _, not beginning with a digit'
    throw optionProblem(`env.${name}`, 'is not the name of a variable', cure)
  }
  if (options.env?.[name]?.includes('\0') === true) {
    throw optionProblem(`env.${name}`, 'has a NUL character', 'take it out')
  }
  const reason = whyReserved(name)
  if (reason !== null) throw optionProblem(`env.${name}`, 'cannot be set', reason)
}

function checkFlag(name: string): void {
  if (!/^[A-Za-z][A-Za-z0-9-]+$/.test(name)) {
    const cure = 'give the long name without dashes in front, such as "agent"'
    throw optionProblem(`extraArgs.${name}`, 'is not the name of a flag', cure)
  }
  const instead = Object.hasOwn(reservedFlags, name) ? reservedFlags[name] : undefined
  if (instead !== undefined) throw optionProblem(`extraArgs.${name}`, 'is not free', instead)
}
