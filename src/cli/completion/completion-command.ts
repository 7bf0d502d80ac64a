import { Argument, type Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { describeProgram } from './program-words.ts'
import { zshCompletion } from './zsh.ts'

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }

/** `hostler completion <shell>`: made from the commands as they are defined. */
export function addCompletionCommand(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      `
Examples:
  source <(hostler completion bash)                                   # in ~/.bashrc
  source <(hostler completion zsh)                                    # in ~/.zshrc
  hostler completion fish > ~/.config/fish/completions/hostler.fish`,
    )
    .action((shell: keyof typeof shells) => {
      io.stdout.write(shells[shell](describeProgram(program)))
      exit(exitCodes.ok)
    })
}
