import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import type { Configuration } from './contract/configuration.ts'
import type { ServiceObserver } from './observer.ts'
import type { RetryPauses } from './outcomes/retry-pauses.ts'

/** What every part of the service works with. */
export type ServiceContext = {
  readonly store: Store
  /** As it is now: it may be read anew while the service runs. */
  readonly configuration: () => Configuration
  readonly log: Log
  readonly observer: ServiceObserver
  readonly retryPauses: RetryPauses
  /** Where a server of this process listens, as soon as it does; null: none does. */
  readonly publicUrl: () => Promise<string | null>
  /** What agents inherit from, by an allow-list. */
  readonly env: Readonly<Record<string, string | undefined>>
}
