import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parsePrompt } from '../../src/agent/index.ts'
import { placeAttachments } from '../../src/service/attachments/place-attachments.ts'
import { toSafeName, toUniqueNames } from '../../src/service/attachments/safe-name.ts'
import {
  parseAttachments,
  storeAttachments,
} from '../../src/service/attachments/store-attachment.ts'
import { toPrompt } from '../../src/service/attachments/to-prompt.ts'
import type { NewAttachment } from '../../src/service/contract/run.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { git, openFilesWorld, type FilesWorld } from '../support/files-world.ts'

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const pdf = Buffer.from('%PDF-1.4\n%%EOF\n')
const limits = {
  maxAttachmentBytes: 9 * 1024 * 1024,
  attachmentTypes: ['image/*', 'application/pdf', 'text/*', 'application/octet-stream'],
}

function file(name: string, mediaType: string, data: string | Buffer): NewAttachment {
  return { name, mediaType, data: Buffer.from(data) }
}

describe('a name', () => {
  test.each([
    ['report.pdf', 'report.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\a b.txt', 'a_b.txt'],
    ['.bashrc', 'bashrc'],
    ['-rf', 'rf'],
    ['..', 'file'],
    ['', 'file'],
    ['a\u0000b\u001b[31m\n.txt', 'ab[31m.txt'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['\ud800x', 'x'],
    ['Übersicht 1.pdf', 'Übersicht_1.pdf'],
  ])('%j becomes %j', (name, safe) => {
    expect(toSafeName(name)).toBe(safe)
  })

  test('is cut, and keeps its extension', () => {
    const safe = toSafeName(`${'é'.repeat(300)}.pdf`)
    expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(120)
    expect(safe).toMatch(/^é+\.pdf$/)
  })

  test('is there once in a folder', () => {
    expect(toUniqueNames(['a.png', 'A.png', 'a.png', 'a-2.png', 'b'])).toEqual([
      'a.png',
      'A-2.png',
      'a-3.png',
      'a-2-2.png',
      'b',
    ])
  })
})

describe('what is accepted', () => {
  test('files of the types that they say', () => {
    const given = [
      file('a.png', 'image/png', png),
      file('b.jpg', 'Image/JPG; q=1', Buffer.from('ffd8ffe0', 'hex')),
      file('c.pdf', 'application/pdf', pdf),
      file('d.txt', 'text/plain; charset=utf-8', 'about %PDF-1.4'),
      file('e.bin', 'application/octet-stream', png),
      file('f.svg', 'image/svg+xml', '<svg/>'),
    ]
    expect(parseAttachments(given, limits).map(({ mediaType }) => mediaType)).toEqual([
      'image/png',
      'image/jpeg',
      'application/pdf',
      'text/plain',
      'application/octet-stream',
      'image/svg+xml',
    ])
  })

  test.each([
    [file('a.png', 'image/png', 'no image'), /"a.png" is not image\/png/],
    [file('a.png', 'image/png', pdf), /is application\/pdf, not image\/png/],
    [file('a.txt', 'text/plain', png), /is image\/png, not text\/plain/],
    [file('a.pdf', 'application/pdf', 'x'), /is not application\/pdf/],
    [file('a.mp4', 'video/mp4', 'x'), /"video\/mp4" is not accepted/],
    [file('a', 'nonsense', 'x'), /not a media type/],
    [file('a', 'text/plain', ''), /is empty/],
    [file('a', 'text/plain', Buffer.alloc(limits.maxAttachmentBytes + 1)), /more than/],
  ])('refused: %#', (one, problem) => {
    try {
      parseAttachments([file('ok', 'text/plain', 'x'), one], limits)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({
        code: 'invalid_input',
        message: expect.stringMatching(problem),
        params: { field: expect.stringMatching(/^attachments\.1/) },
      })
    }
  })
})

async function placeAll(world: FilesWorld, attachments: NewAttachment[]) {
  const runId = uuidV7()
  const parsed = parseAttachments(attachments, limits)
  await world.store.transact((tx) => storeAttachments(tx, { runId, attachments: parsed }))
  return { runId, place: () => placeAttachments(world.store, { runId, cwd: world.roots }) }
}

describe('placed in the workspace', () => {
  test('for their owner only, out of git’s sight, the same again and again', async () => {
    await using world = await openFilesWorld()
    await git(world.roots, 'init', '--quiet')
    const large = Buffer.alloc(8 * 1024 * 1024, 'abc')
    const { runId, place } = await placeAll(world, [
      file('../a.png', 'image/png', png),
      file('a.png', 'image/png', png),
      file('large.txt', 'text/plain', large),
    ])
    const placed = await place()
    const inbox = join(world.roots, '.hostler', 'inbox', runId)
    expect(placed).toEqual([
      { path: join(inbox, 'a.png'), mediaType: 'image/png', bytes: png.length },
      { path: join(inbox, 'a-2.png'), mediaType: 'image/png', bytes: png.length },
      { path: join(inbox, 'large.txt'), mediaType: 'text/plain', bytes: large.length },
    ])
    expect(large.equals(await readFile(join(inbox, 'large.txt')))).toBe(true)
    expect((await stat(join(inbox, 'a.png'))).mode & 0o777).toBe(0o600)
    expect((await stat(inbox)).mode & 0o777).toBe(0o700)
    expect(await git(world.roots, 'status', '--porcelain')).toBe('')
    // An earlier attempt may have worked on them.
    await writeFile(join(inbox, 'large.txt'), 'edited')
    expect(await place()).toEqual(placed)
    expect(await readFile(join(inbox, 'large.txt'), 'utf8')).toBe('edited')
  })

  test.each(['.hostler', '.hostler/inbox', '.hostler/inbox/<run>', '.hostler/inbox/<run>/a.txt'])(
    'not through a symlink at %s',
    async (name) => {
      await using world = await openFilesWorld()
      const elsewhere = join(world.path, 'elsewhere')
      await mkdir(elsewhere)
      const { runId, place } = await placeAll(world, [file('a.txt', 'text/plain', 'x')])
      const trap = join(world.roots, name.replace('<run>', runId))
      await mkdir(dirname(trap), { recursive: true })
      await symlink(name.endsWith('.txt') ? join(elsewhere, 'a.txt') : elsewhere, trap)
      await expect(place()).rejects.toMatchObject({
        code: 'workspace_failed',
        message: expect.stringContaining('in the place of'),
      })
      expect(await readdir(elsewhere)).toEqual([])
    },
  )

  test('none: nothing is made', async () => {
    await using world = await openFilesWorld()
    const { place } = await placeAll(world, [])
    expect(await place()).toEqual([])
    await expect(stat(join(world.roots, '.hostler'))).rejects.toThrow('ENOENT')
  })
})

describe('in the prompt', () => {
  test('images and PDFs are blocks, all are named, the prompt comes last', async () => {
    await using world = await openFilesWorld()
    const { place } = await placeAll(world, [
      file('a.png', 'image/png', png),
      file('b.pdf', 'application/pdf', pdf),
      file('c.txt', 'text/plain', 'x'),
      file('huge.png', 'image/png', Buffer.concat([png, Buffer.alloc(5 * 1024 * 1024)])),
    ])
    const placed = await place()
    const prompt = await toPrompt('/look', placed)
    expect(parsePrompt(prompt)).toEqual(prompt)
    expect(prompt).toEqual([
      {
        type: 'image',
        source: { type: 'base64', media_type: 'image/png', data: png.toString('base64') },
      },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: pdf.toString('base64') },
      },
      { type: 'text', text: expect.stringContaining('c.txt (text/plain, 1 bytes)') },
      { type: 'text', text: '/look' },
    ])
    expect(JSON.stringify(prompt)).toContain('huge.png')
    expect(await toPrompt('as it is', [])).toBe('as it is')
  })
})
