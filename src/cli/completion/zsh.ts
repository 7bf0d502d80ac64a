import type { CommandWords, OptionWords } from './program-words.ts'

/** A completion script for zsh. */
export function zshCompletion(commands: CommandWords[]): string {
  const first = commands.filter(({ isBelow }) => !isBelow)
  const below = commands.filter(({ isBelow }) => isBelow).map(({ name }) => `"${name}"`)
  return `#compdef hostler
_hostler() {
  local -a commands
  commands=(
${first.map(({ name, description }) => `    ${quote(`${name}:${description}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  if (( CURRENT > 3 )); then
    case "$words[2] $words[3]" in
    ${below.join('|')}) command="$words[2] $words[3]" ;;
    esac
  fi
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
compdef _hostler hostler
`
}

function commandCase({ name, options, choices, takesAgent }: CommandWords): string {
  const ids = '($(hostler agents 2>/dev/null | sed -n "s/^\\([0-9a-f-]\\{36\\}\\) .*/\\1/p"))'
  const first = takesAgent ? [`'2:agent:${ids}'`] : []
  const given = choices.length > 0 ? [`'2:value:(${choices.join(' ')})'`] : first
  const words = [...options.flatMap(toSpecs), ...given, `'*:file:_files'`]
  return `    "${name}") _arguments ${words.join(' \\\n      ')} ;;`
}

function toSpecs({ names, description, takesValue, choices }: OptionWords): string[] {
  const value = choices.length > 0 ? `:value:(${choices.join(' ')})` : ':value:_files'
  return names.map((one) =>
    quote(`*${one}[${description.replaceAll(/[[\]:]/g, ' ')}]${takesValue ? value : ''}`),
  )
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
