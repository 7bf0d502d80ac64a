import { styleText } from 'node:util'

/** Colours for one stream; on a stream that takes none, each gives its text back. */
export type Paint = {
  dim(text: string): string
  bold(text: string): string
  green(text: string): string
  red(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

export function createPaint(isOn: boolean): Paint {
  const style =
    (format: 'dim' | 'bold' | 'green' | 'red' | 'yellow' | 'cyan') =>
    (text: string): string =>
      isOn ? styleText(format, text, { validateStream: false }) : text
  return {
    dim: style('dim'),
    bold: style('bold'),
    green: style('green'),
    red: style('red'),
    yellow: style('yellow'),
    cyan: style('cyan'),
  }
}
