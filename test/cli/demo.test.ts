import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const execFileAsync = promisify(execFile)
const demo = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url))

test('the demo shows its five scenes and leaves nothing', { timeout: 180_000 }, async () => {
  const { stdout, stderr } = await execFileAsync(process.execPath, ['--no-warnings', demo])
  expect(stdout).toContain('Three horses are in the stable')
  expect(stdout).toMatch(/killed with -9[\s\S]*running +nobody[\s\S]*It is over: the road is clear/)
  expect(stdout).toMatch(/open +question +door[\s\S]*answered[\s\S]*Green it is/)
  // The slot of who waits is another's, whose tasks have it after that.
  expect(stdout).toMatch(/--key well[\s\S]*--key feast[\s\S]*Hay and oats for three[\s\S]*--allow/)
  expect(stderr).toMatch(/waiting for its children[\s\S]*attempt 2/)
  expect(stdout).toMatch(
    /oauth_token-\w+ +parked until \S+( \S+)?, \d+m \d\ds left +1 run +night +usage limit/,
  )
  expect(stderr).toMatch(/parked: others have its slot[\s\S]*waiting until [\s\S]*usage limit/)
  expect(stdout).toContain('It printed: the well is dug.')
  expect(stdout.match(/^\S+ +succeeded +(door|road|well|feast) .*\$0\.\d+/gm)).toHaveLength(4)
  expect(stdout).toMatch(/night +\$0\.\d+ +4 [\s\S]*total +\$0\.\d+ +6 /)
  expect(stdout).toMatch(/day +\$0\.\d+ +\$5\.00/)
  expect(stderr.match(/✓ ok · \$/g)).toHaveLength(5)
  expect(stdout).toMatch(/processes of these agents: 0; (\S+): gone/)
  const [, root = ''] = /processes of these agents: 0; (\S+): gone/.exec(stdout) ?? []
  expect(existsSync(root)).toBe(false)
})
