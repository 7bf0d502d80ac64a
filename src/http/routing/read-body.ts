import { hostlerError } from '../../errors.ts'

/**
 * The body, refused as soon as it is known to be larger than `maxBytes`, and then not read on.
 * @throws HostlerError `body_too_large`
 */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const told = Number(request.headers.get('content-length') ?? 0)
  if (told > maxBytes) throw hostlerError('body_too_large', { maxBytes })
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Not `for await`: leaving that loop would cancel the stream, and with it the socket on which the
  // refusal is still to be sent.
  const reader = request.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks, bytes)
    bytes += value.byteLength
    if (bytes > maxBytes) throw hostlerError('body_too_large', { maxBytes })
    chunks.push(value)
  }
}

/**
 * The body as JSON, or undefined when there is none.
 * @throws HostlerError `unsupported_media_type`, `body_too_large`, `invalid_input`
 */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const bytes = await readBody(request, maxBytes)
  if (bytes.byteLength === 0) return undefined
  const type = mediaType(request)
  if (type !== 'application/json') {
    throw hostlerError('unsupported_media_type', { type, expected: 'application/json' })
  }
  return parseJson(bytes, 'body')
}

/** The media type without its parameters, in lower case; empty when none is given. */
export function mediaType(request: Request): string {
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';')
  return type.trim().toLowerCase()
}

/** @throws HostlerError `invalid_input`, naming `field` */
export function parseJson(bytes: Uint8Array, field: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const problem =
      error instanceof SyntaxError ? `is not JSON: ${error.message}` : 'is not UTF-8 text'
    throw hostlerError('invalid_input', { field, problem, cure: 'send JSON in UTF-8' })
  }
}
