/**
 * Whether a text is as a pattern says: `*` stands for any characters, `\*` for itself. Goes over the text
 * a few times at most: an agent chooses the text, and must not be able to hold up the process with it.
 */
export function matchGlob(pattern: string, text: string): boolean {
  const signs = toSigns(pattern)
  let at = 0
  let sign = 0
  let star = -1
  let afterStar = 0
  while (at < text.length) {
    const wanted = signs[sign]
    if (wanted === any) {
      star = sign
      sign += 1
      afterStar = at
    } else if (wanted !== undefined && wanted === text[at]) {
      sign += 1
      at += 1
    } else if (star >= 0) {
      sign = star + 1
      afterStar += 1
      at = afterStar
    } else return false
  }
  return signs.slice(sign).every((one) => one === any)
}

/** A pattern that stands for this text only. */
export function escapeGlob(text: string): string {
  return text.replaceAll(/[\\*]/g, String.raw`\$&`)
}

/** The text that {@link escapeGlob} was given. */
export function unescapeGlob(pattern: string): string {
  return pattern.replaceAll(/\\([\\*])/g, '$1')
}

/** Where the first `*` of a pattern is that stands for others; -1: it has none. */
export function firstStarOf(pattern: string): number {
  return /^(?:\\[\\*]|[^*])*?(?=\*)/.exec(pattern)?.[0].length ?? -1
}

const any = Symbol('any characters')

function toSigns(pattern: string): (string | typeof any)[] {
  // By code units, as the text is looked at.
  return [...pattern.matchAll(/\\[\\*]|[^]/g)].map(([one]) =>
    one === '*' ? any : one.length === 2 ? one.slice(1) : one,
  )
}
