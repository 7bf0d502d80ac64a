import type { StreamItem } from './formats.ts'

/** Items of one format as bytes. */
export type Encode = (items: readonly StreamItem[]) => Uint8Array

/**
 * Writes items, each once: a thousand clients that watch one session are handed the
 * same event objects, and so the same bytes.
 */
export function createEncode(write: (item: StreamItem) => string): Encode {
  const done = new WeakMap<StreamItem, Uint8Array>()
  function encode(item: StreamItem): Uint8Array {
    const known = done.get(item)
    if (known !== undefined) return known
    const bytes = Buffer.from(write(item))
    done.set(item, bytes)
    return bytes
  }
  return (items) => {
    const [first, ...more] = items
    if (first === undefined) return new Uint8Array()
    return more.length === 0 ? encode(first) : Buffer.concat(items.map(encode))
  }
}
