/** What `hostler init` writes. `#key` is a key to be taken in, `# text` a remark. */
export const initText: string = `# What hostler does here. Every key: docs/configuration.md, or: hostler config schema
# See whether it is right: hostler config check. See what is in force: hostler config show.
# A running hostler reads it again on SIGHUP: systemctl reload hostler
#
# \${NAME} is taken from hostler's environment, \${NAME:-default} if it is there, \${file:/path} from a file.
# Durations: 90s, 10m, 2h, 1d. Sizes: 512MB, 2GiB. Paths are seen from this file's folder; ~/ is your home.

# Named sets of options. A session has one, "default" if it names none.
profiles:
  default:
    #model: sonnet
    # Where its sessions work when they name no folder themselves.
    #workspace: { path: ~/projects/inn }
    # What may run without asking. What no rule names waits for an answer: hostler answer, or over HTTP.
    #allowedTools: [Read, Grep, Glob, "Bash(git status:*)", "Bash(git diff:*)"]
    # What is decided without a human when Claude asks, the first that fits. See docs/humans.md
    #permissions:
    #  - { tool: Bash, match: "npm test *", decision: allow }
    #  - { tool: Bash, match: "git push *", decision: deny, reason: a human pushes }
    # After so long without an answer the agent is ended; its run goes on when the answer comes.
    #parkAfterMs: 10m
    # A request that nobody answered for so long is denied.
    requestTimeoutMs: 1d
    # For one run, its retries included.
    maxBudgetUsd: 5
    # For one turn, without the time that a human is awaited.
    timeoutMs: 2h
    # What agents may do in hostler: ask, split their work, report. See docs/tasks.md
    #hostlerTools: [ask_human, create_task, wait_for_tasks, report_progress]
    #preamble: planning-1
    # How long an agent stays ready after a turn: the next one starts half a second earlier.
    #warmMs: 10m
    # Its own login instead of the one of the user that hostler runs as.
    #apiKey: \${ANTHROPIC_API_KEY}

  # Reads and never writes, in a clone made for each session.
  #review:
  #  extends: default
  #  description: reads a repository and answers
  #  tools: [Read, Grep, Glob]
  #  permissionMode: dontAsk
  #  workspace: { git: "https://github.com/example/inn.git", ref: main }
  #  saveWork: none
  #  maxRunning: 2

# Folders under which sessions may name one to work in.
#workspaces:
#  roots: [~/projects]

#limits:
#  # Turns at once on this machine.
#  perWorker: 4
#  # No turn starts with a new agent while less memory is free.
#  minFreeMemoryBytes: 1GiB
#  # Nor while less is free on the disk where agents keep their logs.
#  minFreeDiskBytes: 256MiB

# How much money at most, besides what profiles say (maxBudgetUsd, maxSessionUsd, maxDayUsd). See docs/money.md
#budgets:
#  timeZone: Europe/Berlin
#  maxDayUsd: 40

#agents:
#  # What becomes of running agents when hostler is stopped: leave (they go on, and are found again) or drain.
#  onStop: leave

# The HTTP API. Elsewhere than on loopback it listens only when there are tokens: hostler token create
#server:
#  host: 127.0.0.1
#  port: 7717
#  allowedHosts: [inn.example]

# Where outcomes, open requests and limits are told to.
#webhooks:
#  - name: chat
#    url: https://chat.example/hostler
#    secret: \${HOSTLER_WEBHOOK_SECRET}
#    events: [run.ended, request.opened, account.changed, budget.warning]

# PostgreSQL instead of a file, for more than one machine. See docs/operations.md.
#database: \${DATABASE_URL}

#log:
#  level: info
#  format: text
`
