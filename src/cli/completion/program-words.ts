import type { Command } from 'commander'

/** An option as a shell completes it. */
export type OptionWords = {
  /** `--model`, `-m`. */
  names: string[]
  description: string
  /** It is followed by a value, which is one of these where there are any. */
  takesValue: boolean
  choices: string[]
}

export type CommandWords = {
  /** `schedule`, or `schedule add` of a command below it. */
  name: string
  isBelow: boolean
  description: string
  options: OptionWords[]
  /** What its first argument can be: a value of a list, or a command below it. */
  choices: string[]
  /** Its first argument is the id of an agent. */
  takesAgent: boolean
}

/** What there is to complete, as commander has it. */
export function describeProgram(program: Command): CommandWords[] {
  return program.commands.flatMap((command) => [
    describeCommand(command, null),
    ...command.commands.map((one) => describeCommand(one, command.name())),
  ])
}

function describeCommand(command: Command, parent: string | null): CommandWords {
  const help = command.createHelp()
  const [argument] = command.registeredArguments
  return {
    name: parent === null ? command.name() : `${parent} ${command.name()}`,
    isBelow: parent !== null,
    description: command.description(),
    options: help.visibleOptions(command).map((option) => ({
      names: [option.long, option.short].filter((one) => typeof one === 'string'),
      description: option.description,
      takesValue: option.required || option.optional,
      choices: option.argChoices ?? [],
    })),
    choices: argument?.argChoices ?? command.commands.map((one) => one.name()),
    takesAgent: argument?.name() === 'id',
  }
}
