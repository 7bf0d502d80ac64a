/** The last line of a text that has something in it; '' when none has. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
