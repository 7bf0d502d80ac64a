import { readdir, readFile, readlink } from 'node:fs/promises'
import { findAgentProcesses } from './agent-processes.ts'

/** A TCP connection within this machine, as its other end has it. */
export type LocalConnection = { ownPort: number; peerPort: number }

/**
 * Whether the other end of a connection is held by a process of any agent: by its mark, or by descent.
 * False where that cannot be known: on systems without /proc, and of a process that has cleared its
 * environment and lost its parent. Source of the format: proc_pid_net(5), /proc/net/tcp.
 */
export async function isHeldByAgent(connection: LocalConnection): Promise<boolean> {
  if (process.platform !== 'linux') return false
  const link = await socketLinkOf(connection)
  if (link === null) return false
  for (const { pid } of await findAgentProcesses(() => true)) {
    if (await holds(pid, link)) return true
  }
  return false
}

/** How the descriptors of the other end's socket read; null: it is gone. */
async function socketLinkOf({ ownPort, peerPort }: LocalConnection): Promise<string | null> {
  const wanted = { from: `:${toHex(peerPort)}`, to: `:${toHex(ownPort)}` }
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '')
    for (const line of text.split('\n')) {
      const [, from = '', to = '', , , , , , , inode = '0'] = line.trim().split(/\s+/)
      const isIt = from.endsWith(wanted.from) && to.endsWith(wanted.to)
      if (isIt && inode !== '0') return `socket:[${inode}]`
    }
  }
  return null
}

function toHex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

async function holds(pid: number, link: string): Promise<boolean> {
  const dir = `/proc/${pid}/fd`
  // It may have ended since it was listed.
  const names = await readdir(dir).catch(() => [])
  const links = await Promise.all(names.map((name) => readlink(`${dir}/${name}`).catch(() => '')))
  return links.includes(link)
}
