// Work that every worker does before its first job, such as loading a user codec.

import type { JobCall, JobModule, Jobs } from './job.js'

const calls: JobCall[] = []

/** All preparations, in order; more may follow. */
export function preparations(): readonly JobCall[] {
  return calls
}

/**
 * Makes every worker, including running ones, do a job before any other. The calling thread does not: there
 * it must be done before this call.
 * @param params plain data that can be sent to a worker
 */
export function prepareWorkers<J extends Jobs, K extends keyof J & string>(
  { url }: JobModule<J>,
  name: K,
  params: Parameters<J[K]>[0],
): void {
  calls.push({ url, name, params, areas: [] })
}
