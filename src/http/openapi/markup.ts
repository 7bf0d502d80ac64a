/** A piece of HTML; all else that goes into one is text, and is escaped. */
export type Markup = { readonly markup: string }

type Piece = string | Markup | readonly Piece[]

/** Writes HTML: `` html`<b>${name}</b>` ``. */
export function html(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const parts = texts.map((text, index) => text + toHtml(pieces[index] ?? ''))
  return { markup: parts.join('') }
}

function toHtml(piece: Piece): string {
  if (typeof piece === 'string') return escape(piece)
  return 'markup' in piece ? piece.markup : piece.map(toHtml).join('')
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
