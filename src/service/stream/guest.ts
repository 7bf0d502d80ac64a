/** A subscription as the hub sees it. */
export type Guest = {
  /** Its place in the window; null while it reads from the store. */
  readonly place: number | null
  readonly wantsTransient: boolean
  /** There is something new, or it is time to try again. */
  wake(): void
  end(): void
}
