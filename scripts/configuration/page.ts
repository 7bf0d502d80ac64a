import { plainJsonSchema, type JsonSchema } from '../../src/service/configuration/json-schema.ts'
import { keyTable } from './key-table.ts'

/** docs/configuration.md. */
export function configurationPage(): string {
  const { properties = {} } = plainJsonSchema()
  const { profiles = {}, webhooks = {}, ...others } = properties
  const sections = Object.entries(others).filter(([, section]) => section.properties !== undefined)
  const plain = Object.entries(others).filter(([, section]) => section.properties === undefined)
  const profile = profiles.additionalProperties
  return [
    introduction,
    `## Keys at the top\n\n${keyTable({ properties: Object.fromEntries(plain) })}`,
    `## profiles\n\n${aboutProfiles}\n\n${keyTable(typeof profile === 'object' ? profile : {})}`,
    ...sections.map(sectionText),
    `## webhooks\n\n${webhooks.description ?? ''} A list; each has:\n\n${keyTable(webhooks.items ?? {})}`,
    reloading,
  ].join('\n\n')
}

function sectionText([name, section]: [string, JsonSchema]): string {
  return `## ${name}\n\n${section.description ?? ''}\n\n${keyTable(section)}`
}

const introduction = `<!-- Written by scripts/write-configuration-docs.ts from the schema. Change that, then: npm run docs -->

# Configuration

One file, \`hostler.yaml\`. \`hostler init\` writes one with comments; \`hostler config check\` reads it and says what is wrong, with
line and column; \`hostler config show\` prints what is in force, defaults filled in and secrets left out; \`hostler config schema\`
prints the JSON Schema, which is also \`hostler.schema.json\` in the package. Editors that know the YAML language server take it with

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/hostler/hostler.schema.json
\`\`\`

Without a file everything is as by default. It is looked for in this order; the first that is there is taken, and no other:

1. \`--config <file>\`
2. \`HOSTLER_CONFIG\`
3. \`hostler.yaml\` in the data directory (\`--data-dir\`, \`HOSTLER_DATA_DIR\`, \`$XDG_DATA_HOME/hostler\`, \`~/.local/share/hostler\`)
4. \`hostler/hostler.yaml\` in \`$XDG_CONFIG_HOME\`, or in \`~/.config\`

## How values are written

- **YAML 1.2**, so JSON as well. \`yes\` and \`on\` are texts there: write \`true\`. A key that is given twice, or that does not exist, is
  refused. A section whose keys are all commented out counts as left out.
- **Durations** are \`500ms\`, \`90s\`, \`10m\`, \`2h\`, \`1d\`, \`1h30m\`, or a number of milliseconds.
- **Sizes** are \`512MB\` (millions of bytes), \`2GiB\` (powers of 1,024), or a number of bytes.
- **Paths** that are relative are seen from the folder of the file; \`~/\` is your home.
- **References** stand anywhere in a value: \`\${NAME}\` for a variable of hostler’s environment, which must be set;
  \`\${NAME:-default}\` for one that may be unset or empty; \`\${file:/run/secrets/key}\` for the text of a file, without its last line
  break. They may be inside each other: \`\${file:\${CREDENTIALS_DIRECTORY}/api-key}\`. \`$\${\` stands for \`\${\` itself, as a system prompt
  with a shell script in it may need. What comes from the environment or a file is taken as it is and not looked through again.

Keep secrets out of the file that way, or keep the file to yourself (\`chmod 600\`): \`hostler config check\` warns of a secret in a file
that others can read. No secret is shown in an error, in the log, or by \`config show\`.`

const aboutProfiles = `Named sets of options. A session has one; \`default\` is taken when none is named, and is there even when it is not written. A session
or a run may choose another model, effort, appended system prompt or output format, and lower \`maxTurns\`, \`maxBudgetUsd\` and
\`timeoutMs\`. Everything else is the profile’s alone.

A profile that \`extends\` another takes over its keys, but for those that it has itself; each is replaced as a whole, so that what a
list allows is to be seen in one place. What \`hostler run\` would refuse as an option is refused here too, before anything starts.`

const reloading = `## Reloading

On SIGHUP (\`systemctl reload hostler\`) the file is read again. When it is wrong, nothing changes, and the log says where. In force at
once, for what starts from then on: \`profiles\`, \`workspaces\`, \`limits\`, \`budgets\`, \`agents\`, \`webhooks\`, \`log.level\`. A warm agent whose profile has
changed is replaced before its next run. \`dataDir\`, \`database\`, \`worker\`, \`server\` and \`log.format\` need a restart; the log names those
that have changed.
`
