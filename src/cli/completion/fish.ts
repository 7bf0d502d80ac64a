import type { CommandWords, OptionWords } from './program-words.ts'

/** A completion script for fish. */
export function fishCompletion(commands: CommandWords[]): string {
  const lines = commands.flatMap((command) => [
    ...(command.isBelow
      ? []
      : [
          `complete -c hostler -n __fish_use_subcommand -f -a ${command.name} -d ${quote(command.description)}`,
        ]),
    ...command.options.map((option) => optionLine(command.name, option)),
    ...argumentLines(command),
  ])
  return `# fish completion for hostler\n${lines.join('\n')}\n`
}

function optionLine(
  command: string,
  { names, description, takesValue, choices }: OptionWords,
): string {
  const flags = names.map((one) =>
    one.startsWith('--') ? `-l ${one.slice(2)}` : `-s ${one.slice(1)}`,
  )
  const values = choices.length > 0 ? ` -f -a ${quote(choices.join(' '))}` : ''
  const value = takesValue ? ` -r${values}` : ''
  return `complete -c hostler -n ${quote(seenOf(command))} ${flags.join(' ')}${value} -d ${quote(description)}`
}

/** Of `schedule add` both words must be there. */
function seenOf(name: string): string {
  return name
    .split(' ')
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join('; and ')
}

function argumentLines({ name, choices, takesAgent }: CommandWords): string[] {
  const seen = quote(seenOf(name))
  const ids = `(hostler agents 2>/dev/null | string match -r '^[0-9a-f-]{36}')`
  if (takesAgent) return [`complete -c hostler -n ${seen} -f -a ${quote(ids)}`]
  return choices.length === 0
    ? []
    : [`complete -c hostler -n ${seen} -f -a ${quote(choices.join(' '))}`]
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}
