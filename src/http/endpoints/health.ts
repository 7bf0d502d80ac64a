import { z } from 'zod'
import { jsonAnswer } from '../routing/answers.ts'
import type { Endpoint } from '../routing/endpoint.ts'

const readinessSchema = z.object({
  ready: z.boolean(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), problem: z.string().nullable() })),
})

/** Asked by whatever looks after the process, which may know it by its bare address and has no token. */
export const healthEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/healthz',
    tag: 'health',
    summary: 'Whether the process is up',
    access: 'anybody',
    answers: { 200: { description: 'It is.', mediaTypes: { 'text/plain': '`ok`' } } },
    async handle() {
      return new Response('ok\n', { headers: { 'content-type': 'text/plain' } })
    },
  },
  {
    method: 'GET',
    path: '/readyz',
    tag: 'health',
    summary: 'Whether it can work',
    description:
      'The database is reachable and of the right version, and a worker claims sessions.',
    access: 'anybody',
    answers: {
      200: { description: 'It can.', schema: readinessSchema },
      503: { description: 'It cannot, and why.', schema: readinessSchema },
    },
    async handle({ services }) {
      const checks = [...(await services.checkReadiness())]
      if (services.closing.aborted) {
        checks.push({ name: 'server', ok: false, problem: 'is stopping' })
      }
      const ready = checks.every(({ ok }) => ok)
      return jsonAnswer({ ready, checks }, ready ? 200 : 503)
    },
  },
  {
    method: 'GET',
    path: '/metrics',
    tag: 'health',
    summary: 'Figures for Prometheus',
    access: ['read'],
    answers: { 200: { description: 'All figures.', mediaTypes: { 'text/plain': 'As text.' } } },
    async handle({ services }) {
      const { text, contentType } = await services.metrics.render()
      return new Response(text, { headers: { 'content-type': contentType } })
    },
  },
]
