import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const execFileAsync = promisify(execFile)
const demo = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url))

test('the demo shows its three scenes and leaves nothing', { timeout: 120_000 }, async () => {
  const { stdout, stderr } = await execFileAsync(process.execPath, ['--no-warnings', demo])
  expect(stdout).toContain('Three horses are in the stable')
  expect(stdout).toMatch(/killed with -9[\s\S]*running +nobody[\s\S]*It is over: the road is clear/)
  expect(stdout).toMatch(/open +question +door[\s\S]*answered[\s\S]*Green it is/)
  expect(stdout.match(/^\S+ +succeeded +(door|road) .*\$0\.\d+/gm)).toHaveLength(2)
  expect(stderr.match(/✓ ok · \$/g)).toHaveLength(3)
  expect(stdout).toMatch(/processes of these agents: 0; (\S+): gone/)
  const [, root = ''] = /processes of these agents: 0; (\S+): gone/.exec(stdout) ?? []
  expect(existsSync(root)).toBe(false)
})
