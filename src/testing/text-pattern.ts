/** `/…/flags` as a regular expression; any other text is `null`, to be looked for as it is. */
export function toPattern(wanted: string): RegExp | null {
  const parts = /^\/(.+)\/([a-z]*)$/su.exec(wanted)
  return parts?.[1] === undefined ? null : new RegExp(parts[1], parts[2])
}
