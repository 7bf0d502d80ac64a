import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { text } from '../../src/testing/index.ts'
import { openTestWorld, type TestWorld } from '../support/agents.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { realClaudes } from '../support/real-claude.ts'
import { canMountDisks, mountSmallDisk, type SmallDisk } from '../support/small-disk.ts'

const canMount = await canMountDisks()

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
