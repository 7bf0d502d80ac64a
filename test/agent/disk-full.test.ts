import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { text } from '../../src/testing/index.ts'
import { openTestWorld, type TestWorld } from '../support/agents.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { realClaudes } from '../support/real-claude.ts'
import { tempDir } from '../support/temp-dir.ts'

/** A disk of one megabyte. */
type SmallDisk = AsyncDisposable & { path: string; fill(): void; clear(): void }

async function mountSmallDisk(): Promise<SmallDisk> {
  await using stack = new AsyncDisposableStack()
  const root = stack.use(await tempDir())
  const path = join(root.path, 'disk')
  await mkdir(path)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path], { stdio: 'pipe' })
  stack.defer(() => void execFileSync('umount', ['-l', path]))
  const owned = stack.move()
  const ballast = join(path, 'ballast')
  return {
    path,
    fill: () => fill(ballast),
    clear: () => rmSync(ballast),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function fill(path: string): void {
  const fd = openSync(path, 'w')
  try {
    for (const bytes of [Buffer.alloc(4096), Buffer.alloc(1)]) while (true) writeSync(fd, bytes)
  } catch {
    // ENOSPC, as wanted.
  } finally {
    closeSync(fd)
  }
}

/** Only root may mount, and not everywhere. */
const canMount = await mountSmallDisk().then(
  async (disk) => {
    await disk[Symbol.asyncDispose]()
    return true
  },
  () => false,
)

async function openWorldOn(disk: SmallDisk, version: string): Promise<TestWorld> {
  const dir = join(disk.path, 'data')
  // More than the rest of a page that a file has begun.
  const long = text('held '.repeat(10_000), { hold: 'reply' })
  const script = [text('one'), long, text('three')]
  return await openTestWorld({ version, script, options: { dir } })
}

describe.skipIf(!canMount).each(realClaudes)(
  'claude $version (needs to mount a tmpfs)',
  ({ version }) => {
    test('a disk that fills up in mid-turn ends the turn, and says so', async () => {
      await using disk = await mountSmallDisk()
      await using world = await openWorldOn(disk, version)
      await using agent = await world.start()
      const first = await agent.turn('one').result
      expect(first).toMatchObject({ outcome: 'ok', text: 'one' })
      const turn = agent.turn('two')
      await world.model.waitForRequest((request) => request.lastUserText === 'two')
      disk.fill()
      world.model.release('reply')
      expect(await turn.result).toMatchObject({
        outcome: 'disk_full',
        error: { code: 'disk_full', cure: expect.any(String) },
      })
      await agent.ended
      expect(listMarkedProcesses(agent.dir)).toEqual([])

      // With room again the conversation goes on.
      disk.clear()
      await using next = await world.start({ resume: first.sessionId ?? '' })
      expect(await next.turn('three').result).toMatchObject({ outcome: 'ok', text: 'three' })
    })

    test('a prompt for which there is no room is not sent', async () => {
      await using disk = await mountSmallDisk()
      await using world = await openWorldOn(disk, version)
      await using agent = await world.start()
      await agent.turn('one').result
      disk.fill()
      const large = 'word '.repeat(20_000)
      expect(await agent.turn(large).result).toMatchObject({ outcome: 'disk_full' })
      expect(world.model.prompts).toHaveLength(1)
      await agent.ended
    })

    test('an agent for which there is no room is not started, and leaves nothing', async () => {
      await using disk = await mountSmallDisk()
      await using world = await openWorldOn(disk, version)
      disk.fill()
      await expect(world.start()).rejects.toMatchObject({ code: 'spawn_failed' })
      expect(listMarkedProcesses(disk.path)).toEqual([])
      disk.clear()
      await using agent = await world.start()
      expect(await agent.turn('one').result).toMatchObject({ outcome: 'ok' })
    })
  },
)
