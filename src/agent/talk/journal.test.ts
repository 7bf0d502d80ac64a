import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { agentPaths } from '../launch/agent-folder.ts'
import { noCost } from '../turn/cost.ts'
import { openJournal, readJournal } from './journal.ts'

test('a journal that has grown large begins anew with the next prompt, and only then', async () => {
  await using dir = await tempDir()
  const paths = agentPaths(dir.path)
  await mkdir(paths.dir, { recursive: true })
  const journal = openJournal(paths)
  try {
    journal.note({ at: 1, out: 0, line: { type: 'user', text: 'x'.repeat(9 << 20) } })
    journal.note({ at: 2, out: 0, line: { type: 'control_response' } })
    expect(readJournal(paths)).toHaveLength(2)
    const prompt = { at: 3, out: 7, line: { type: 'user' }, baseline: noCost }
    journal.note(prompt)
    journal.note({ at: 4, out: 8, isWritten: true })
    expect(readJournal(paths)).toEqual([prompt, { at: 4, out: 8, isWritten: true }])
    expect((await stat(paths.journal)).mode & 0o777).toBe(0o600)
  } finally {
    journal.close()
  }
})

test('no entry is glued to one that was cut off', async () => {
  await using dir = await tempDir()
  const paths = agentPaths(dir.path)
  await writeFile(paths.journal, '{"at":1,"out":0,"line":{"type":"us')
  const journal = openJournal(paths)
  journal.note({ at: 2, out: 0 })
  journal.note({ at: 3, out: 0 })
  journal.close()
  expect(readJournal(paths)).toEqual([
    { at: 2, out: 0 },
    { at: 3, out: 0 },
  ])
  expect(await readFile(paths.journal, 'utf8')).toMatch(/"us\n\{"at":2/)
})
