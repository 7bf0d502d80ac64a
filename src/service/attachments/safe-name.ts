const maxNameBytes = 120

/**
 * A file's name as one that is only that: no way out of its folder, no hidden file, no character that a
 * terminal or a reader could be fooled with.
 */
export function toSafeName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const plain = last
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replaceAll(/[<>:"|?*\s]+/g, '_')
    .replace(/^[.\-_]+/, '')
    .replace(/[.\s]+$/, '')
  if (plain === '') return 'file'
  const dot = plain.lastIndexOf('.')
  const extension = dot > 0 && plain.length - dot <= 12 ? plain.slice(dot) : ''
  const stem = extension === '' ? plain : plain.slice(0, dot)
  return `${cutToBytes(stem, maxNameBytes - Buffer.byteLength(extension))}${extension}`
}

/** Safe names for several files that will be in one folder, whatever its file system takes for equal. */
export function toUniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    const safe = toSafeName(name)
    let unique = safe
    for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = numbered(safe, count)
    taken.add(unique.toLowerCase())
    return unique
  })
}

function numbered(name: string, count: number): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? `${name.slice(0, dot)}-${count}${name.slice(dot)}` : `${name}-${count}`
}

function cutToBytes(text: string, maxBytes: number): string {
  let result = ''
  for (const character of text) {
    if (Buffer.byteLength(result + character) > maxBytes) break
    result += character
  }
  return result
}
