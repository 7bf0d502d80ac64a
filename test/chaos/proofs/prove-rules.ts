import { type Facts, nameOf } from './facts.ts'

/** What rules, reviews and limits of time decide: no human is asked for the ones, and nothing passes without the others. */
export function proveRules({ runs, requests, sessions }: Facts, agents: 'fake' | 'real'): string[] {
  const problems: string[] = []
  const profiles = new Map(sessions.map(({ id, profile }) => [id, profile]))
  for (const run of runs) {
    const [name = '', deed, ms] = run.prompt_text.split(' ')
    const own = requests.filter(({ run_id: runId }) => runId === run.id)
    if (deed === 'rule' && agents === 'fake') {
      if (own.some(({ kind }) => kind === 'permission')) problems.push(`${name} asked a human`)
      const how = Number(ms) % 2 === 0 ? 'allowed' : 'denied'
      const isPlayed = run.text?.startsWith(`${name} `) === true && !run.text.endsWith(' done')
      const isWrong = run.state === 'succeeded' && isPlayed && run.text !== `${name} ${how}`
      if (isWrong) problems.push(`${nameOf(run)} is ${how}, and said ${run.text}`)
    }
    const reviews = own.filter(({ kind, state }) => kind === 'review' && state === 'answered')
    const wasAccepted = reviews.some(({ answer }) => answer?.includes('"allow"') === true)
    if (run.review === 1 && run.state === 'succeeded' && !wasAccepted) {
      problems.push(`${name} succeeded, and nobody has accepted it`)
    }
    const mayStop = profiles.get(run.session_id) === 'stopping'
    if (run.outcome === 'permission_denied' && !mayStop) problems.push(`${name} was stopped`)
  }
  return problems
}
