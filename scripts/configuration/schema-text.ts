import { configurationJsonSchema } from '../../src/service/configuration/json-schema.ts'

/** What `hostler.schema.json` holds. */
export function schemaText(): string {
  return `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`
}
