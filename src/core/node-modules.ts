// Modules of Node that few runs need: to load one takes up to 2 ms, so each is loaded when it is used.

import type * as Crypto from 'node:crypto'
import type * as Net from 'node:net'
import type * as Tty from 'node:tty'
import type * as WorkerThreads from 'node:worker_threads'
import type * as Zlib from 'node:zlib'

export const crypto = (): typeof Crypto => process.getBuiltinModule('node:crypto')
export const net = (): typeof Net => process.getBuiltinModule('node:net')
export const tty = (): typeof Tty => process.getBuiltinModule('node:tty')
export const workerThreads = (): typeof WorkerThreads => process.getBuiltinModule('node:worker_threads')
export const zlib = (): typeof Zlib => process.getBuiltinModule('node:zlib')
