import type { LeftProcess } from '../../agent/index.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { fitText } from '../terminal/text-width.ts'

/** What was ended beside an agent itself, and what could not be. */
export function describeProcesses(report: {
  swept: LeftProcess[]
  survivors: LeftProcess[]
}): string[] {
  const survivors = new Set(report.survivors.map(({ pid }) => pid))
  const ended = report.swept.filter(({ pid }) => !survivors.has(pid))
  return [
    ...ended.map((one) => `ended ${describe(one)}`),
    ...report.survivors.map((one) => `still there: ${describe(one)}`),
  ]
}

function describe({ pid, command }: LeftProcess): string {
  return `process ${pid}: ${fitText(safeLine(command), 100)}`
}
