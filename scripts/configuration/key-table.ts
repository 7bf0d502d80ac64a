import { markdownTable } from '../markdown-table.ts'
import type { JsonSchema } from '../../src/service/configuration/json-schema.ts'
import { describeDefault, describeType } from './describe-key.ts'

/** A table of the keys of an object: name, type, default, meaning. */
export function keyTable({ properties = {}, required = [] }: JsonSchema): string {
  const rows = Object.entries(properties).map(([name, key]) => [
    `\`${name}\``,
    describeType(key),
    required.includes(name) && key.default === undefined
      ? 'must be given'
      : describeDefault(name, key),
    key.description ?? '',
  ])
  return markdownTable(['key', 'type', 'default', 'meaning'], rows)
}
