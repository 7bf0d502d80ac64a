import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import type { DialectName } from './store.ts'

/** The words of what somebody looks for, each once, in lower case. */
export function toSearchWords(search: string): string[] {
  return [
    ...new Set(
      search
        .toLowerCase()
        .split(/\s+/)
        .filter((word) => word !== ''),
    ),
  ]
}

/**
 * Whether a text holds a word, whatever the case. `%` and `_` stand for themselves. The tables' own
 * collation knows the letters of ASCII only; the database's is asked instead, which may know all.
 */
export function holdsWord(
  text: Expression<string | null>,
  { word, dialect }: { word: string; dialect: DialectName },
): RawBuilder<SqlBool> {
  const column = dialect === 'postgres' ? sql`${text} collate "default"` : sql`${text}`
  return sql<SqlBool>`lower(${column}) like ${toPattern(word)} escape '\\'`
}

/** The word as it stands inside of a JSON text, where quotes and the like are escaped. */
export function toJsonWord(word: string): string {
  return JSON.stringify(word).slice(1, -1)
}

/**
 * Whether a JSON object of texts, as JSON.stringify writes it, has this member. Compared as text: the
 * JSON functions of the two databases differ, and PostgreSQL's refuse \u0000.
 */
export function hasLabel(
  labels: Expression<string>,
  label: { name: string; value: string },
): RawBuilder<SqlBool> {
  const member = JSON.stringify({ [label.name]: label.value }).slice(1, -1)
  const has = (start: string): RawBuilder<SqlBool> =>
    sql<SqlBool>`replace(${labels}, ${start + member}, '') <> ${labels}`
  return sql<SqlBool>`(${has('{')} or ${has(',')})`
}

function toPattern(word: string): string {
  return `%${word.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
}
