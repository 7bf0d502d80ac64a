import { readConfig } from '../config.ts'
import { runCli } from './run-cli.ts'

const { stdin, stdout, stderr } = process
const io = { config: readConfig(), stdin, stdout, stderr }
// Not left to the event loop: a keyboard or a pipe that somebody still holds must not keep us.
process.exit(await runCli(process.argv.slice(2), io))
