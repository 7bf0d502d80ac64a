import { createReadStream } from 'node:fs'

/**
 * Whether a transcript has taken up the prompt of this uuid. The CLI notes it as soon as it begins with
 * it; one that it has not noted it runs when it is sent again.
 */
export async function hasPrompt(
  path: string,
  promptId: string,
  { signal }: { signal: AbortSignal },
): Promise<boolean> {
  let end = ''
  for await (const chunk of createReadStream(path, { encoding: 'latin1', signal })) {
    const text = end + String(chunk)
    if (text.includes(promptId)) return true
    // It may lie across the border.
    end = text.slice(-promptId.length)
  }
  return false
}
