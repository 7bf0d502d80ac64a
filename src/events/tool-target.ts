/** The fields that say what a tool is at work on, the most telling first. Source: tools of 2.1.328. */
const telling = [
  'command',
  'file_path',
  'notebook_path',
  'pattern',
  'url',
  'query',
  'description',
  'skill',
  'path',
  'subject',
  'task_id',
  'shell_id',
]

/** What a tool call is about, in one piece of text: its command, file, pattern, address. */
export function toolTarget(input: unknown): string {
  if (typeof input !== 'object' || input === null) return ''
  const texts = Object.entries(input).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  )
  for (const name of telling) {
    const found = texts.find(([key]) => key === name)
    if (found !== undefined) return found[1]
  }
  return texts[0]?.[1] ?? ''
}
