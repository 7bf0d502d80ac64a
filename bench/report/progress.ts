/** Says on stderr what is being measured: on a terminal in one line, else line by line. */
export function say(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\u001B[K${text}` : `${text}\n`)
}
