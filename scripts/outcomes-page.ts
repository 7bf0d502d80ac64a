import { outcomesOf } from '../src/service/outcomes/outcomes-of.ts'
import { markdownTable } from './markdown-table.ts'

const before = `# What follows from each outcome

An attempt ends with one outcome of a closed list, and so does a run. What hostler does then is in this
table, which is made from the code (\`npm run docs\`); \`hostler outcomes\` prints it, and with
\`--profile <name>\` as that profile has it.
`

const accountStates = markdownTable(
  ['state', 'from', 'until', 'what waits'],
  [
    ['`parked`', 'a usage limit', 'it resets, and a moment more', 'all that would begin with it'],
    [
      '`tripped`',
      'five failures of the API in a row, over all runs',
      'a pause of 30 s, doubled each time up to 15 min; then one run tries',
      'the same',
    ],
    [
      '`refused`',
      'a login that the API refuses',
      'somebody mends it: `hostler accounts resume <id>`',
      'the same; what is submitted meanwhile is refused',
    ],
  ],
)

const after = `
- **done**: the run has ended: \`succeeded\`, or \`cancelled\`.
- **fail**: the run has ended: \`failed\`, with the text that there is.
- **retry**: a further attempt in the same conversation, with pauses that grow and are never quite the same,
  until the run has had \`maxAttempts\` of its profile. Each attempt keeps its own log and cost. The prompt goes
  out under the id that it had, so that the CLI takes it once; where the CLI has taken it without an answer it
  goes out under another id, and the event \`run_waiting\` says so.
- **park**: the run waits without an agent: for an answer, for its tasks ([humans](humans.md), [tasks](tasks.md)), or for
  the end of a usage limit, until which no other run of the account starts in vain: see below.
- **ask**: the run waits for a human, who reads what came of it (a request of the kind \`review\`), and accepts
  it, or sends it back with a comment that goes on in the same conversation.

A turn that was ended because a limit of a day was used up waits for the next one ([money](money.md)), whatever the
table says of \`budget_exceeded\`. After 50 attempts a run ends in any case.

A profile may have another action for each outcome but those that are fixed:

\`\`\`yaml
profiles:
  nightly:
    outcomes:
      refused: ask
      max_turns: { do: retry, maxAttempts: 2 }
      overloaded: { do: retry, maxAttempts: 20, firstBackoffMs: 10s, maxBackoffMs: 10m }
\`\`\`

\`maxAttempts\` there counts the tries that ended with that outcome; without it the profile's \`maxAttempts\`
holds for all of them together.

## Accounts

An account is the login that a profile's agents use: an API key, an OAuth token, a bearer token, a cloud, or the
CLI's own login of this machine's user. It is known by a hash, never by its secret; another key is another
account. \`hostler accounts\` lists them.

${accountStates}

Turns under way go on. Whatever waits shows why and until when: \`held\` of queued runs and of sessions,
\`hostler status\`, the metrics \`hostler_accounts\` and \`hostler_account_held_until_seconds\`, the feed of changes and
the webhook \`account.changed\`, which is told once for each change. What is parked or tripped goes on by itself, over
restarts too; nothing is lost by a refused login, but somebody has to mend it.

## Quarantine

A conversation that the API refuses three times in a row with the same error is refused for what is in it, and the
next prompt would be, too: its session is put into quarantine. Its queued runs wait, what is submitted to it is
refused (\`session_quarantined\`), and the event \`session_quarantined\` says why. Fork it after a run that went well
(\`hostler fork <session> --after-run <run>\`), or let it go on: \`hostler configure <session> --release\`.
`

/** The page of docs/outcomes.md. */
export function outcomesPage(): string {
  const rows = outcomesOf().map(({ outcome, follows, why, isFixed }) => [
    `\`${outcome}\``,
    follows,
    why,
    isFixed ? 'fixed' : '',
  ])
  return `${before}\n${markdownTable(['outcome', 'what follows', 'why', ''], rows)}\n${after}`
}
