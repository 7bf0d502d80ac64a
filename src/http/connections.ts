import type { Socket } from 'node:net'
import type { Connection } from './create-app.ts'

export type ConnectionOptions = {
  /** Whether a process of an agent has the other end. Default: none has. */
  isHeldByAgent?: (ports: { ownPort: number; peerPort: number }) => Promise<boolean>
}

/** What the app is told of a connection. Who has its other end is found out once, when it matters. */
export function createConnections({
  isHeldByAgent = () => Promise.resolve(false),
}: ConnectionOptions): (socket: Socket) => Connection {
  const known = new WeakMap<Socket, Promise<boolean>>()
  return (socket) => {
    const { localAddress, remoteAddress, localPort: ownPort = 0, remotePort: peerPort = 0 } = socket
    return {
      localAddress,
      remoteAddress,
      isOfAgent() {
        const found = known.get(socket) ?? isHeldByAgent({ ownPort, peerPort })
        known.set(socket, found)
        return found
      },
      cut: () => socket.destroy(),
    }
  }
}
