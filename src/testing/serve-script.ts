import { readFile } from 'node:fs/promises'
import { toError } from '../util/to-error.ts'
import { hostlerError } from '../errors.ts'
import type { ModelRequest } from './model-request.ts'
import { startScriptedModel } from './scripted-model.ts'
import type { ScriptInput } from './script.ts'

export type ServeScriptOptions = {
  /** Port on 127.0.0.1; default any free one. */
  port?: number
  onRequest?: (request: ModelRequest) => void
  signal?: AbortSignal
}

/**
 * Serves a script from a JSON file until closed or aborted.
 * @throws HostlerError `script_invalid`, naming the file and the field.
 */
export async function serveScript(
  file: string,
  options: ServeScriptOptions = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const script = await readScript(file)
  const model = await startScriptedModel({ ...options, script, source: file })
  return { url: model.url, close: () => model.close() }
}

async function readScript(file: string): Promise<ScriptInput> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const problem = toError(error).message
    throw hostlerError(
      'script_invalid',
      { where: file, problem, cure: 'name a readable JSON file; docs/examples has one' },
      { cause: error },
    )
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    const problem = `not JSON: ${toError(error).message}`
    throw hostlerError(
      'script_invalid',
      { where: file, problem, cure: 'correct the file' },
      { cause: error },
    )
  }
}
