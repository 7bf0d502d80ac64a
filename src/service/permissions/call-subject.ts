/** What a tool call is about: what a rule's `match` is held against. */
export type Subject =
  | {
      kind: 'command'
      command: string
      /** It wants to run outside of the CLI's sandbox. */
      isUnbound: boolean
    }
  | {
      kind: 'paths'
      paths: string[]
      /** A pattern beside the path may lead elsewhere. */
      isUnbound: boolean
    }
  | { kind: 'text'; text: string }

const pathNames = ['file_path', 'notebook_path', 'path']

/** Look everywhere below a folder; without one, below the working directory. */
const searches: ReadonlySet<string> = new Set(['Glob', 'Grep', 'LS'])

/** Source: the inputs of the tools of claude 2.1.328, and common names in MCP servers' tools. */
export function toSubject(toolName: string, input: Record<string, unknown>): Subject {
  const textAt = (name: string): string | null => {
    const value = input[name]
    return typeof value === 'string' ? value : null
  }
  const command = textAt('command')
  if (toolName === 'Bash' || command !== null) {
    const isUnbound = input['dangerouslyDisableSandbox'] === true
    return { kind: 'command', command: command ?? '', isUnbound }
  }
  const paths = pathNames.flatMap((name) => textAt(name) ?? [])
  if (paths.length > 0 || searches.has(toolName)) {
    const isUnbound = toolName === 'Glob' && leadsElsewhere(textAt('pattern') ?? '')
    return { kind: 'paths', paths: paths.length > 0 ? paths : ['.'], isUnbound }
  }
  return { kind: 'text', text: textAt('url') ?? textAt('pattern') ?? JSON.stringify(input) }
}

function leadsElsewhere(pattern: string): boolean {
  return /^[/~]|\.\./.test(pattern)
}
