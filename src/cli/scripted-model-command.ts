import { InvalidArgumentError, type Command } from 'commander'
import { serveScript } from '../testing/index.ts'
import { exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'
import { describeRequest } from './describe-request.ts'
import { usageError } from './usage-error.ts'

/** `hostler scripted-model`: lets anybody try the CLI without a key. */
export function addScriptedModelCommand(
  program: Command,
  io: Io,
  exit: (code: number) => void,
): void {
  program
    .command('scripted-model')
    .description('serve a Messages API on loopback that answers from a script')
    .argument('<file>', 'the script: JSON, see docs/examples/scripted-model.json')
    .option('--port <n>', 'the port on 127.0.0.1 (default: any free one)', parsePort)
    .addHelpText(
      'after',
      `
Example:
  hostler scripted-model docs/examples/scripted-model.json --port 8099
  ANTHROPIC_BASE_URL=http://127.0.0.1:8099 ANTHROPIC_API_KEY=sk-ant-dummy hostler run "hello"`,
    )
    .action(async (file: string, flags: { port?: number }) => {
      await serve(file, flags, io)
      exit(exitCodes.ok)
    })
}

async function serve(file: string, { port }: { port?: number }, io: Io): Promise<void> {
  const ended = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, ended.resolve)
  io.stdout.on('error', () => ended.resolve())
  const model = await serveScript(file, {
    ...(port !== undefined && { port }),
    onRequest: (request) => io.stdout.write(`${describeRequest(request)}\n`),
  }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw usageError(`port ${port} is in use`, 'give another one, or leave --port out')
    }
    throw error
  })
  io.stdout.write(
    `serving ${file}; Ctrl-C ends it. In another terminal:\n` +
      `export ANTHROPIC_BASE_URL=${model.url}\n` +
      'export ANTHROPIC_API_KEY=sk-ant-dummy\n',
  )
  await ended.promise
  await model.close()
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('Give a number from 0 to 65535.')
}
