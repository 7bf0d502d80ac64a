// East Asian wide and full-width forms, and pictographs: two columns each. Source: Unicode TR 11.
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u
const markOnly = /^(?:\p{Mn}|\p{Cf})$/u

/** How many columns of a terminal a text takes. */
export function textWidth(text: string): number {
  let width = 0
  for (const character of text) width += widthOf(character)
  return width
}

/** The text, cut with an ellipsis where it is wider than `columns`. */
export function fitText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  let width = 0
  let fitted = ''
  for (const character of text) {
    width += widthOf(character)
    if (width > columns - 1) break
    fitted += character
  }
  return columns < 1 ? '' : `${fitted.trimEnd()}…`
}

function widthOf(character: string): number {
  if (markOnly.test(character)) return 0
  return wide.test(character) ? 2 : 1
}
