import type { Endpoint } from '../routing/endpoint.ts'
import { costs } from './costs.ts'
import { accountEndpoints } from './accounts.ts'
import { agentEndpoints } from './agent.ts'
import { changes } from './changes.ts'
import { healthEndpoints } from './health.ts'
import { operationEndpoints } from './operations.ts'
import { requestEndpoints } from './requests.ts'
import { runEndpoints } from './runs.ts'
import { scheduleEndpoints } from './schedules.ts'
import { sessionEndpoints } from './sessions.ts'
import { tokenEndpoints } from './tokens.ts'

/** All that the API offers, in the order in which it is told of. */
export const apiEndpoints: readonly Endpoint[] = [
  ...runEndpoints,
  ...sessionEndpoints,
  ...requestEndpoints,
  ...scheduleEndpoints,
  changes,
  costs,
  ...operationEndpoints,
  ...accountEndpoints,
  ...tokenEndpoints,
  ...agentEndpoints,
  ...healthEndpoints,
]
