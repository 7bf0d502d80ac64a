import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { Client } from 'pg'
import { inject } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'

export type TestDatabase = { url: string; drop(): Promise<void> } & AsyncDisposable

export type TestPostgres = {
  /** Of the server's own database, whose user may do all. */
  url: string
  /** A new database with hostler's tables; with `empty`, without them. */
  createDatabase(options?: { empty?: boolean }): Promise<TestDatabase>
  close(): Promise<void>
}

/**
 * A real PostgreSQL: the one that TEST_DATABASE_URL names, or else one that all test files of this run
 * share. Close it in afterAll.
 */
export async function openTestPostgres(): Promise<TestPostgres> {
  const url = process.env['TEST_DATABASE_URL'] ?? (await askForUrl())
  const template = `hostler_test_${uuidV7().replaceAll('-', '')}`
  let migrated: Promise<void> | null = null
  return {
    url,
    async createDatabase({ empty = false } = {}) {
      const name = `hostler_test_${uuidV7().replaceAll('-', '')}`
      if (!empty) await (migrated ??= createTemplate(url, template))
      await run(url, `create database ${name} template ${empty ? 'template0' : template}`)
      const drop = (): Promise<void> => run(url, `drop database if exists ${name} with (force)`)
      return { url: toDatabase(url, name), drop, [Symbol.asyncDispose]: drop }
    },
    close: () => run(url, `drop database if exists ${template} with (force)`),
  }
}

/** Copying a database that has its tables is faster than making them for each test. */
async function createTemplate(url: string, name: string): Promise<void> {
  await run(url, `create database ${name} template template0`)
  await (await openStore({ url: toDatabase(url, name) }))[Symbol.asyncDispose]()
}

async function askForUrl(): Promise<string> {
  const socket = connect(inject('postgresPort'), '127.0.0.1')
  const answer: { url?: string; problem?: string } = JSON.parse(await text(socket))
  if (answer.url === undefined) throw new Error(answer.problem)
  return answer.url
}

function toDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
