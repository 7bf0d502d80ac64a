import type { CommandWords } from './program-words.ts'

/** A completion script for bash 3.2 or newer, which macOS has. */
export function bashCompletion(commands: CommandWords[]): string {
  const names = commands.filter(({ isBelow }) => !isBelow).map(({ name }) => name)
  const below = commands.filter(({ isBelow }) => isBelow).map(({ name }) => `"${name}"`)
  return `# bash completion for hostler
_hostler() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words= command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names.join(' ')} --help --version" -- "$word"))
    return
  fi
  if [ "$COMP_CWORD" -gt 2 ]; then
    case "$command \${COMP_WORDS[2]}" in
    ${below.join('|')}) command="$command \${COMP_WORDS[2]}" ;;
    esac
  fi
  case "$command $before" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$command" in
${commands.map(commandCase).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _hostler hostler
`
}

/** After an option with a value: the choices, or with no reply bash's own completion of files. */
function valueCases({ name, options }: CommandWords): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ names, choices }) => {
      const pattern = names.map((one) => `"${name} ${one}"`).join('|')
      const reply =
        choices.length === 0 ? '' : ` COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$word"));`
      return `    ${pattern})${reply} return ;;`
    })
}

function commandCase({ name, options, choices, takesAgent }: CommandWords): string {
  const words = [...choices, ...options.flatMap(({ names }) => names)].join(' ')
  const agents = takesAgent
    ? ` case "$word" in -*) ;; *) words="$words $(${agentIds})" ;; esac;`
    : ''
  return `    "${name}") words="${words}";${agents} ;;`
}

const agentIds = `hostler agents 2>/dev/null | sed -n 's/^\\([0-9a-f-]\\{36\\}\\) .*/\\1/p'`
