/**
 * Makes text of the agent, or of a file that it has read, harmless for a terminal: escape sequences
 * could move the cursor over what a person is asked to allow, and set the clipboard or the title.
 * Control characters become visible; line breaks and tabs stay.
 */
export function safeText(text: string): string {
  return text.replaceAll('\r', '').replaceAll(unsafe, visible)
}

/** The same for a text that has to fit into one line. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll(/\s+/g, ' ').trim()
}

// C0 without tab and line feed, DEL, C1, and the marks that turn the direction of writing around.
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g

function visible(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\ufffd'
}
