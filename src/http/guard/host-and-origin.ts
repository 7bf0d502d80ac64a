import { hostlerError } from '../../errors.ts'
import { isLoopback } from './loopback.ts'

type Allowed = { allowedHosts: readonly string[]; localAddress: string | null }

/**
 * A page of an attacker's can have its own name resolve to this machine, and would then be of the same
 * origin as we (DNS rebinding). It cannot choose the `Host` that the browser sends, though.
 * @throws HostlerError `origin_refused`
 */
export function assertHost(request: Request, { allowedHosts, localAddress }: Allowed): void {
  const host = hostOf(request)
  const name = nameOf(host)
  if (isLoopback(name) || allowedHosts.some((allowed) => allowed.toLowerCase() === name)) return
  if (localAddress !== null && name === localAddress.replace(/^::ffff:/, '')) return
  throw hostlerError('origin_refused', {
    header: 'Host',
    field: 'Host',
    value: host,
    cure: `add ${JSON.stringify(name)} to server.allowedHosts`,
  })
}

/**
 * Requests that a page of another origin makes are refused before anything is done.
 * @throws HostlerError `origin_refused`
 */
export function assertOrigin(request: Request, allowedOrigins: readonly string[]): void {
  const origin = request.headers.get('origin')
  if (origin === null || isAllowedOrigin(origin, allowedOrigins)) return
  if (URL.canParse(origin) && new URL(origin).host === hostOf(request)) return
  throw hostlerError('origin_refused', {
    header: 'Origin',
    field: 'Origin',
    value: origin,
    cure: `add ${JSON.stringify(origin)} to server.allowedOrigins`,
  })
}

/** Whether pages of this origin may read what they are answered. */
export function isAllowedOrigin(origin: string, allowedOrigins: readonly string[]): boolean {
  return allowedOrigins.includes(origin)
}

function hostOf(request: Request): string {
  return (request.headers.get('host') ?? new URL(request.url).host).toLowerCase()
}

function nameOf(host: string): string {
  const match = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host)
  return (match?.[1] ?? '').replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}
