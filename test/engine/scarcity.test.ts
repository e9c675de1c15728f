// What the machine has too little of is told as that, wherever it is missed: no bug, and no reason to do without a lock.

import { expect, test } from 'vitest'
import { ioError, scarcity } from '../../dist/core/io-errors.js'
import { BlpkError } from '../../dist/index.js'
import { blpk, put, tempDir } from '../cli/run.js'

const failure = (code: string, message = code): Error => Object.assign(new Error(message), { code })

test.each([
  ['EMFILE', 'IO', 'too many open files (see ulimit -n)'],
  ['ENFILE', 'IO', 'the system has too many open files'],
  ['ENOMEM', 'NO_MEMORY', 'not enough memory'],
  ['EAGAIN', 'NO_MEMORY', 'the resource is temporarily unavailable'],
])('a file operation that ends with %s', (errno, code, reason) => {
  expect(ioError(failure(errno), 'open', 'x')).toMatchObject({ code, message: `cannot open 'x': ${reason}` })
})

const THREADS = 'the system allows no more threads or processes (see ulimit -u)'

test.each<[Error, string, string]>([
  [failure('ERR_WORKER_INIT_FAILED', 'Worker initialization failure: EAGAIN'), 'NO_MEMORY', THREADS],
  [failure('EAGAIN', 'spawn node EAGAIN'), 'NO_MEMORY', THREADS],
  [
    failure('ERR_WORKER_INIT_FAILED', 'Worker initialization failure: EMFILE'),
    'IO',
    'too many open files (see ulimit -n)',
  ],
  [failure('ERR_WORKER_OUT_OF_MEMORY'), 'NO_MEMORY', 'not enough memory'],
  [new RangeError('WebAssembly.Memory(): could not allocate memory'), 'NO_MEMORY', 'not enough memory'],
  [new RangeError('Array buffer allocation failed'), 'NO_MEMORY', 'not enough memory'],
])('%s is told as what is missing', (error, code, message) => {
  expect(scarcity(error)).toMatchObject({ code, message, cause: error })
})

test('anything else is not', () => {
  for (const error of [
    failure('ENOENT'),
    new Error('again'),
    new BlpkError('IO', 'EAGAIN'),
    'ENOMEM',
    undefined,
  ])
    expect(scarcity(error)).toBeUndefined()
})

test('the command line says it in one line', async () => {
  const cwd = tempDir()
  put(cwd, 'a', 'data')
  for (const [message, reason] of [
    ['Worker initialization failure: EAGAIN', THREADS],
    ['Worker terminated: ERR_WORKER_OUT_OF_MEMORY', 'not enough memory'],
  ] as const) {
    const load = `load: () => Promise.reject(new Error('${message}'))`
    put(
      cwd,
      'short.mjs',
      `export const register = (a) =>
        a.registerCodec({ name: 'short', ids: { blosc2: 230 }, ${load}, encode: () => 0, decode: () => 0 })`,
    )
    const { code, err } = await blpk(['c', '--plugin', 'short.mjs', '-c', 'short', 'a', 'a.b2frame'], { cwd })
    expect([code, err]).toEqual([1, `blpk: error: 'a': short cannot be loaded: ${reason}\n`])
  }
})
