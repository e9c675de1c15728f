// Turns signals such as Ctrl-C into an orderly end of the run, and the second one into an immediate end.

import { constants } from 'node:os'
import { say } from './context.js'
import { takeLastSteps } from './last-steps.js'

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK']
/** What Windows ends a program with that it interrupts: batch files stop at it. */
const STATUS_CONTROL_C_EXIT = 0xc000013a
/** A run that does not stop by itself in this time hangs in a call of the system, in milliseconds. */
const PATIENCE = 1000

/** How signals reach a run. */
export interface Interrupts {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal
  /** From now on a further signal changes nothing: the run puts back what it changed, and must be let. */
  protect(): void
  /** Ends the process by the signal that came first, after everything that is to be done before its end. */
  die(): never
}

/**
 * Ends the process by a signal, so that whoever waits for it knows: a shell stops its loop only if the program
 * died of the signal, not if it exited with a code.
 */
export function dieOf(signal: NodeJS.Signals): never {
  takeLastSteps()
  if (process.platform === 'win32') process.exit(STATUS_CONTROL_C_EXIT)
  // Without listeners Node restores the system's default, which is to die.
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  // The first process of a container survives its own signals.
  process.exit(128 + constants.signals[signal])
}

/** Lets the first signal stop the run in good order, and the second one at once. */
export function watchSignals(): Interrupts {
  const controller = new AbortController()
  let isProtected = false
  let first: NodeJS.Signals = 'SIGINT'
  const endNow = (): void => {
    if (!isProtected) dieOf(first)
  }
  const interrupt = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      endNow()
      return
    }
    first = signal
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
    die: () => dieOf(first),
  }
}
