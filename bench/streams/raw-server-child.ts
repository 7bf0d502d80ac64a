// Follows files and passes their lines on as server-sent events, and nothing else: node raw-server-child.ts ["<path>",…]
import { open, watch } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'

const paths: string[] = JSON.parse(process.argv[2] ?? '[]')
const readers = new Map<string, Set<ServerResponse>>(paths.map((path) => [path, new Set()]))
const server = createServer((request, response) => {
  const path = decodeURIComponent((request.url ?? '').slice(1))
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write('retry: 2000\n\n')
  readers.get(path)?.add(response)
  response.on('close', () => readers.get(path)?.delete(response))
}).listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null)
    process.send?.(`http://127.0.0.1:${address.port}`)
})
process.on('disconnect', () => process.exit())
for (const path of paths) void follow(path)

async function follow(path: string): Promise<void> {
  await using file = await open(path)
  let at = (await file.stat()).size
  const block = Buffer.alloc(64 * 1024)
  for await (const _ of watch(path)) {
    const { bytesRead } = await file.read(block, 0, block.length, at)
    at += bytesRead
    const lines = block.toString('utf8', 0, bytesRead).split('\n')
    const text = lines.flatMap((line) => (line === '' ? [] : `data: ${line}\n\n`)).join('')
    if (text !== '') for (const response of readers.get(path) ?? []) response.write(text)
  }
}
