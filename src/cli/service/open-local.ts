import type { Hostler } from '../../client/index.ts'

/**
 * The tokens of a data folder without a server: the first one must come from somewhere, and whoever can
 * write the database needs none.
 */
export type OpenLocal = (
  dataDir: string,
  options: { signal: AbortSignal },
) => Promise<Pick<Hostler, 'tokens'> & AsyncDisposable>
