const loneSurrogates = /\p{Surrogate}/gu

/**
 * A text as both databases can hold it in a column of its own: PostgreSQL refuses NUL and lone surrogates,
 * and SQLite's functions stop at a NUL. Both become U+FFFD. JSON text escapes them and stays as it is.
 */
export function toStorableText(text: string): string {
  const whole = text.replace(loneSurrogates, '\uFFFD')
  return whole.includes('\0') ? whole.replaceAll('\0', '\uFFFD') : whole
}
