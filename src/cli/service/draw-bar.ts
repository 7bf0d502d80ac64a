const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of so many columns when `part` is 1, to the eighth of a column. */
export function drawBar(part: number, columns: number): string {
  const length = Math.round(Math.min(1, Math.max(0, part)) * columns * 8)
  return '█'.repeat(Math.floor(length / 8)) + (eighths[length % 8] ?? '')
}
