import pino from 'pino'
import { redactText, redactValue } from './util/redact.ts'
import { toTextLine } from './util/text-line.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Says one thing: `log.warn({ runId }, 'waits for the database')`, or the message alone. */
export type LogMethod = {
  (fields: Readonly<Record<string, unknown>>, message: string): void
  (message: string): void
}

/** Where hostler says what it does. An error goes under `err`. Secrets are taken out of everything. */
export type Log = Readonly<Record<LogLevel, LogMethod>> & {
  /** The same log, with these fields in every line. */
  child(fields: Readonly<Record<string, unknown>>): Log
}

/** The log that others are children of. */
export type RootLog = Log & {
  /** For all children too. */
  setLevel(level: LogLevel): void
}

/**
 * Writes JSON lines, or lines for people, to `destination` (standard error, as standard output belongs
 * to what a command prints). `secrets` are looked for in every line besides those that are known by
 * their form; it is asked each time, as the configuration may have been read anew.
 */
export function createLog(options: {
  level: LogLevel
  format: 'json' | 'text'
  destination: { write(text: string): unknown }
  secrets?: () => readonly string[]
}): RootLog {
  const { level, format, destination, secrets = () => [] } = options
  const isText = format === 'text'
  const logger = pino(
    {
      level,
      base: isText ? null : { pid: process.pid },
      // Pino's own fills `err` from errors; here they are objects already.
      serializers: { err: (err: unknown) => err },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    { write: (line: string) => void destination.write(isText ? toTextLine(line) : line) },
  )
  const root = logTo(logger, { enabled: (wanted) => logger.isLevelEnabled(wanted), secrets })
  return { ...root, setLevel: (wanted) => void (logger.level = wanted) }
}

type Rules = { enabled: (level: LogLevel) => boolean; secrets: () => readonly string[] }

function logTo(
  logger: pino.Logger,
  rules: Rules,
  bound: Readonly<Record<string, unknown>> = {},
): Log {
  function method(level: LogLevel): LogMethod {
    return (first: string | Readonly<Record<string, unknown>>, message?: string) => {
      if (!rules.enabled(level)) return
      const known = rules.secrets()
      const [fields, text] = typeof first === 'string' ? [{}, first] : [first, message ?? '']
      logger[level](redactValue({ ...bound, ...fields }, known), redactText(text, known))
    }
  }
  return {
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    child: (fields) => logTo(logger, rules, { ...bound, ...fields }),
  }
}
