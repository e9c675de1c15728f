// What shows how far work is, on a screen or in a log.

import type { Progress } from '../verbs/options.js'

/** Shows how far the work is. */
export interface ProgressView {
  update(progress: Progress): void
  /** Removes it from the screen. */
  close(): void
}
