// node submit-at.ts <url> <key> <prompt> <epoch ms>: submits in that very millisecond, waits for the end
// of the run, and says it as JSON.
import { connectHostler } from '../../src/client/index.ts'

const [url = '', key = '', prompt = '', at = '0'] = process.argv.slice(2)
await using hostler = connectHostler({ url })
// The first call opens the connection; the second one is sent at once.
await hostler.status()
while (Date.now() < Number(at));
const { id } = await hostler.runs.submit({ key, prompt })
const run = await hostler.runs.wait(id, { timeoutMs: 30_000 })
process.stdout.write(JSON.stringify(run))
