/** A time of today by its clock, another with its day. */
export function clock(at: number, now: number = Date.now()): string {
  const [day = '', time = ''] = localIso(at).split('T')
  return localIso(now).startsWith(day) ? time : `${day} ${time}`
}

function localIso(at: number): string {
  const offsetMs = new Date(at).getTimezoneOffset() * 60_000
  return new Date(at - offsetMs).toISOString().slice(0, 19)
}
