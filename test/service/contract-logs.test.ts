import { expect, test } from 'vitest'
import type { Hostler } from '../../src/client/index.ts'
import { all, failureOf, openContractWorld } from '../support/contract-world.ts'

const timeoutMs = 30_000

test.each(['in this process', 'HTTP'])('logs in ranges, by attempt: %s', async (over) => {
  await using world = await openContractWorld({ over })
  const { hostler } = world
  const { id } = await hostler.runs.submit({ key: 'k', prompt: 'p' })
  await hostler.runs.wait(id, { timeoutMs })
  const read = async (range: Parameters<Hostler['runs']['log']>[1]): Promise<unknown> => {
    const { bytes, ...place } = await hostler.runs.log(id, range)
    return { ...place, said: Buffer.concat(await all(bytes)).toString() }
  }
  const whole = await hostler.runs.log(id)
  const said = Buffer.concat(await all(whole.bytes)).toString()
  const { total } = whole
  expect(said).toContain('"type":"result"')
  expect(total).toBe(Buffer.byteLength(said))
  expect(await read({ from: 10, to: 30 })).toEqual({
    from: 10,
    to: 30,
    total,
    said: said.slice(10, 30),
  })
  const tail = { from: total - 5, to: total, total, said: said.slice(-5) }
  expect(await read({ attempt: 1, from: total - 5, to: total + 100 })).toEqual(tail)
  expect(await failureOf(() => read({ attempt: 2 }))).toMatchObject({ code: 'not_found' })
})
