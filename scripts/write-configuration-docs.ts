import { writeFileSync } from 'node:fs'
import { configurationPage } from './configuration/page.ts'
import { initText } from '../src/cli/config/init-text.ts'
import { schemaText } from './configuration/schema-text.ts'

// Writes what follows from the schema of hostler.yaml (the page of its keys, its JSON Schema), and the
// example that hostler init writes.
const root = new URL('../', import.meta.url)
writeFileSync(new URL('docs/configuration.md', root), configurationPage())
writeFileSync(new URL('hostler.schema.json', root), schemaText())
writeFileSync(new URL('deploy/hostler.example.yaml', root), initText)
