// What every worker does before its first job, such as loading a codec of a user.

import type { JobCall, JobModule, Jobs } from './job.js'

const calls: JobCall[] = []

/** All of them, in order; more may come. */
export function preparations(): readonly JobCall[] {
  return calls
}

/**
 * Has every worker do a job before any other, those that run already too. The calling thread does not do it: there it is
 * done before this is called.
 * @param params plain data, which can be sent to a worker
 */
export function prepareWorkers<J extends Jobs, K extends keyof J & string>(
  { url }: JobModule<J>,
  name: K,
  params: Parameters<J[K]>[0],
): void {
  calls.push({ url, name, params, areas: [] })
}
