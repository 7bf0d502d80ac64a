import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** A git remote that takes connections and says nothing, until it refuses them. */
export async function startSilentRemote(): Promise<
  AsyncDisposable & { url: string; asked: Promise<void>; refuse: () => void }
> {
  const asked = Promise.withResolvers<void>()
  const sockets = new Set<Socket>()
  let isRefusing = false
  const server = createServer((socket) => {
    if (isRefusing) return socket.destroy()
    sockets.add(socket)
    socket.on('error', () => undefined)
    return asked.resolve()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `https://127.0.0.1:${address.port}/remote.git`,
    asked: asked.promise,
    refuse() {
      isRefusing = true
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
