const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  kB: 1000,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}

/** `512MB` (millions), `2GiB` (powers of 1,024), or a number of bytes. */
export const sizePattern: RegExp = /^(\d+|\d+(\.\d+)? ?(B|[kKMGT]B|[KMGT]iB))$/

/** The bytes of a text that fits {@link sizePattern}. */
export function parseByteSize(text: string): number {
  const [, amount, unit = ''] = /^([\d.]+) ?(\w*)$/.exec(text) ?? []
  return Math.round(Number(amount) * (unitBytes[unit] ?? NaN))
}
