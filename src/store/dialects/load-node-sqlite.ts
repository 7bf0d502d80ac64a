import type * as nodeSqlite from 'node:sqlite'

/**
 * node:sqlite, without the warning that Node 22 gives with it ("SQLite is an experimental feature"):
 * whoever runs or embeds hostler can do nothing about it. No other warning is kept back. Loaded when a file
 * is opened, and not by an import, which would have warned before anything could be done.
 */
export function loadNodeSqlite(): typeof nodeSqlite {
  const before = Object.getOwnPropertyDescriptor(process, 'emitWarning') ?? {}
  Object.defineProperty(process, 'emitWarning', { ...before, value: () => undefined })
  try {
    // Node loads it now, in this one call, or has it already.
    return process.getBuiltinModule('node:sqlite')
  } finally {
    Object.defineProperty(process, 'emitWarning', before)
  }
}
