import { say } from './context.js'

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK']
const INTERRUPTED = 130
/** A run that does not stop by itself in this time hangs in a call of the system, in milliseconds. */
const PATIENCE = 1000

/** How signals reach a run. */
export interface Interrupts {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal
  /** From now on a further signal changes nothing: the run puts back what it changed, and must be let. */
  protect(): void
}

/** Lets the first signal stop the run in good order, and the second one at once. */
export function watchSignals(): Interrupts {
  const controller = new AbortController()
  let isProtected = false
  const endNow = (): void => {
    if (isProtected) return
    // What is left behind is removed on the way out.
    process.exit(INTERRUPTED)
  }
  const interrupt = (): void => {
    if (controller.signal.aborted) endNow()
    controller.abort()
    setTimeout(() => {
      if (!isProtected) say('error: interrupted')
      endNow()
    }, PATIENCE).unref()
  }
  for (const signal of SIGNALS) {
    if (signal !== 'SIGBREAK' || process.platform === 'win32') process.on(signal, interrupt)
  }
  return {
    signal: controller.signal,
    protect: () => {
      isProtected = true
    },
  }
}
