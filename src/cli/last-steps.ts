// Steps that are taken before the process ends in any way, such as removing unfinished files.

const steps = new Set<() => void>()

/** Takes every step that is left, each once. What fails in one does not keep the others from being taken. */
export function takeLastSteps(): void {
  for (const step of steps) {
    steps.delete(step)
    try {
      step()
    } catch {
      // The process ends; there is nobody left to tell.
    }
  }
}

/** Has something done before the process ends, whether it exits or dies of a signal. */
export function beforeEnd(step: () => void): void {
  if (steps.size === 0) process.once('exit', takeLastSteps)
  steps.add(step)
}
