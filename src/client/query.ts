/** What stands behind the `?`. A list is the same name several times; what is `undefined` is left out. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | null | undefined>
>

export function toQuery(query: Query): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue
    if (typeof value === 'object') for (const one of value) params.append(name, one)
    else params.append(name, String(value))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** Labels as a query has them: `label=team=core`, once for each. */
export function toLabelQuery(labels: Record<string, string> | undefined): string[] | undefined {
  return labels && Object.entries(labels).map(([name, value]) => `${name}=${value}`)
}
