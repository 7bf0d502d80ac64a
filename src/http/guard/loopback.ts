/** Whether an address or host name is this machine's own. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  if (name === 'localhost' || name === '::1') return true
  return /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name)
}
