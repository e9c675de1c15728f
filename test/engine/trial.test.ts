// Small jobs start in the calling thread, which tells when threads should go on. Clocks are set by the test.
import { afterEach, expect, test, vi } from 'vitest'
import { trialOf } from '../../dist/engine/trial.js'

const MB = 1e6
/** A second of work at the usual speed, in many small jobs. */
const LOAD = { threads: 2, jobs: 4000, nbytes: 1000 * MB, speed: 1000, slot: { plain: MB / 4, packed: 0 } }

afterEach(() => vi.restoreAllMocks())

/** Whether threads are wanted after jobs of `ms` each, of a load. */
function wantsAfter(jobs: number, ms: number, load = LOAD): boolean | undefined {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const trial = trialOf(load)
  for (let i = 0; i < jobs; i++) trial?.add(load.nbytes / load.jobs)
  now += jobs * ms
  return trial?.wantsThreads
}

test('jobs at the usual speed go to threads', () => expect(wantsAfter(20, 0.25)).toBe(true))

test('jobs that take less time than handing them over do not', () => expect(wantsAfter(20, 0.1)).toBe(false))

test('a rest that takes less time than starting threads does not', () =>
  expect(wantsAfter(20, 0.25, { ...LOAD, jobs: 200, nbytes: 50 * MB })).toBe(false))

test('nothing is known before a lap is over', () => expect(wantsAfter(2, 0.25)).toBe(false))

test('large jobs are not tried', () => expect(wantsAfter(1, 1, { ...LOAD, jobs: 100 })).toBeUndefined())
