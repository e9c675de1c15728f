// Signals for single requests that follow the signal of a run.

import { onAbort } from '../core/signals.js'

/**
 * A controller that is aborted with a signal, for the same reason. Once aborted, for any reason, it is
 * detached from the signal, which may outlive many controllers.
 */
export function follower(signal: AbortSignal | undefined): AbortController {
  const controller = new AbortController()
  const stop = (): void => controller.abort(signal?.reason)
  const unheard = onAbort(signal, stop)
  controller.signal.addEventListener('abort', unheard, { once: true })
  if (signal?.aborted === true) stop()
  return controller
}

/**
 * Runs a request with its own signal that follows another, because libraries add listeners for each request.
 */
export async function following<T>(
  signal: AbortSignal | undefined,
  send: (options: { abortSignal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  if (signal === undefined) return send({})
  const own = follower(signal)
  try {
    return await send({ abortSignal: own.signal })
  } finally {
    own.abort()
  }
}
