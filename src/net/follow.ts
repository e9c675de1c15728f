/**
 * A controller that is aborted with a signal. Once it is aborted for whatever reason, the signal knows nothing of
 * it any more: a signal may outlive many of them.
 */
export function follower(signal: AbortSignal | undefined): AbortController {
  const controller = new AbortController()
  // Not by the `signal` option of the listener: Node forgets that where a signal has several of them.
  const stop = (): void => controller.abort()
  controller.signal.addEventListener('abort', () => signal?.removeEventListener('abort', stop), {
    once: true,
  })
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted === true) stop()
  return controller
}
