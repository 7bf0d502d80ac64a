import { formatDuration } from '../duration.ts'
import type { Paint } from '../terminal/paint.ts'
import { fitText, textWidth } from '../terminal/text-width.ts'
import type { BatchCounts } from './batch-tracker.ts'

const widestBar = 30

/** `━━━━━━────  120/200 done · 8 running · 3 failed · 2m 10s`: how far a batch has come. */
export function batchLine(
  counts: BatchCounts,
  options: { elapsedMs: number; columns: number; paint: Paint },
): string {
  const { elapsedMs, columns, paint } = options
  const text = `${describeCounts(counts)} · ${formatDuration(elapsedMs)}`
  const room = Math.min(widestBar, columns - 1 - textWidth(text) - 2)
  if (room < 5) return fitText(text, columns - 1)
  const part = (count: number): number => Math.floor((count / Math.max(1, counts.all)) * room)
  const good = part(counts.succeeded)
  const bad = Math.max(part(counts.failed + counts.cancelled), hasBad(counts) ? 1 : 0)
  const left = Math.max(0, room - good - bad)
  const bar = `${paint.green('━'.repeat(good))}${paint.red('━'.repeat(bad))}`
  return `${bar}${paint.dim('─'.repeat(left))}  ${text}`
}

/** `120/200 done · 8 running · 3 failed`. */
export function describeCounts(counts: BatchCounts): string {
  const { all, submitted, running, succeeded, failed, cancelled } = counts
  const parts = [
    `${succeeded + failed + cancelled}/${all} done`,
    ...(submitted < all ? [`${submitted} submitted`] : []),
    ...(running > 0 ? [`${running} running`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
  ]
  return parts.join(' · ')
}

function hasBad({ failed, cancelled }: BatchCounts): boolean {
  return failed + cancelled > 0
}
