// The arena that the threads of a run share, and the scratch areas of each thread in it.

import { BlpkError } from '../core/errors.js'
import {
  compileKernels,
  instantiateKernels,
  KERNEL_RESERVED_BYTES,
  KERNEL_SCRATCH_BYTES,
  type Kernels,
} from './loader.js'
import { MAX_PAGES, newMemory, noMemory, PAGE } from './memory.js'

const ALIGN = 64
/** The arena starts with this many pages and grows by at least as many: a growth takes 0.3 ms, unused pages nothing. */
const STEP_PAGES = 64

/** What a worker needs to share an arena: nothing in it is copied between threads. */
export interface ArenaHandle {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  /** One counter: the end of the allocated part, in units of {@link ALIGN} bytes. */
  top: Int32Array<SharedArrayBuffer>
}

/**
 * One WebAssembly memory that all threads of a run share, with an allocator that only grows.
 * Areas are never returned: slots and scratch live as long as the run.
 */
export class Arena {
  readonly handle: ArenaHandle
  /** Each growth gives the memory another buffer. */
  readonly #buffers = new WeakSet<ArrayBufferLike>()
  #latest: ArrayBufferLike | undefined

  constructor(handle?: ArenaHandle) {
    this.handle = handle ?? {
      module: compileKernels(),
      memory: newMemory(STEP_PAGES),
      top: new Int32Array(new SharedArrayBuffer(4)).fill(KERNEL_RESERVED_BYTES / ALIGN),
    }
  }

  /**
   * Reserves an area.
   * @param nbytes size in bytes
   * @returns its address, a multiple of 64
   * @throws BlpkError UNSUPPORTED when the 4 GiB of a WebAssembly memory are used up, NO_MEMORY if there is less
   */
  alloc(nbytes: number): number {
    const units = Math.ceil(nbytes / ALIGN)
    const start = Atomics.add(this.handle.top, 0, units) >>> 0
    const end = (start + units) * ALIGN
    this.#growTo(end)
    return start * ALIGN
  }

  #growTo(end: number): void {
    const { memory } = this.handle
    // Not up to the last byte either: kernels would take the end of such an area for 0.
    if (end >= MAX_PAGES * PAGE) throw outOfMemory(end)
    const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE)
    // Near the maximum there may be room for what is missing, but not for a step.
    if (missing <= 0 || grow(memory, Math.max(missing, STEP_PAGES)) === undefined) return
    const failure = grow(memory, missing)
    // Another thread may have grown it between the look and the call.
    if (failure !== undefined && memory.buffer.byteLength < end) throw noMemory(failure)
  }

  /** A view of an area; made again after each growth, because old views end at the old size. */
  view(address: number, nbytes: number): Uint8Array {
    return new Uint8Array(this.#buffer(), address, nbytes)
  }

  #buffer(): ArrayBufferLike {
    const { buffer } = this.handle.memory
    if (buffer !== this.#latest) this.#buffers.add(buffer)
    this.#latest = buffer
    return buffer
  }

  /** Whether the bytes lie in the arena. */
  holds(bytes: Uint8Array): boolean {
    return bytes.buffer === this.#buffer() || this.#buffers.has(bytes.buffer)
  }
}

/** @returns why it cannot grow: the system or its maximum does not allow it; undefined if it has grown */
function grow(memory: WebAssembly.Memory, pages: number): Error | undefined {
  try {
    memory.grow(pages)
    return undefined
  } catch (error) {
    return error as Error
  }
}

function outOfMemory(end: number): BlpkError {
  return new BlpkError(
    'UNSUPPORTED',
    `this needs ${Math.ceil(end / 2 ** 20)} MiB of kernel memory, more than is available; use smaller chunks or fewer threads`,
  )
}

/** An area that grows when it is asked for more. */
class Growing {
  #address = 0
  #capacity = 0
  readonly #arena: Arena

  constructor(arena: Arena) {
    this.#arena = arena
  }

  atLeast(nbytes: number): number {
    if (nbytes > this.#capacity) {
      this.#capacity = nbytes
      this.#address = this.#arena.alloc(nbytes)
    }
    return this.#address
  }
}

/** Scratch areas by their use; `window` holds a dictionary with room after it, `reference` a first block. */
export type ScratchName =
  | 'filtered'
  | 'transposed'
  | 'input'
  | 'output'
  | 'second'
  | 'window'
  | 'reference'
  | 'plan'
  | 'part'
  | 'result'
  | 'chunk'
  | 'stage'
  | 'next stage'
  | 'zlib'
  | 'zstd'

/** The kernels of one thread with scratch areas of its own in the shared arena. */
export class Workspace {
  readonly arena: Arena
  readonly kernels: Kernels
  /** Scratch for tables of the codecs: {@link KERNEL_SCRATCH_BYTES}. */
  readonly table: number
  readonly #areas: Partial<Record<ScratchName, Growing>> = {}

  constructor(arena = new Arena()) {
    this.arena = arena
    this.kernels = instantiateKernels(arena.handle.module, arena.handle.memory)
    this.table = arena.alloc(KERNEL_SCRATCH_BYTES)
  }

  /** Address of a scratch area of at least `nbytes` bytes; the same name is the same area each time. */
  scratch(name: ScratchName, nbytes: number): number {
    let area = this.#areas[name]
    if (area === undefined) {
      area = new Growing(this.arena)
      this.#areas[name] = area
    }
    return area.atLeast(nbytes)
  }

  view(address: number, nbytes: number): Uint8Array {
    return this.arena.view(address, nbytes)
  }

  /** A view for libraries that take only Node's Buffers. */
  buffer(address: number, nbytes: number): Buffer {
    return Buffer.from(this.arena.handle.memory.buffer, address, nbytes)
  }

  /** Where the bytes lie in the arena, or undefined if they lie elsewhere. */
  addressOf(bytes: Uint8Array): number | undefined {
    return this.arena.holds(bytes) ? bytes.byteOffset : undefined
  }

  /** The address of the bytes for a kernel to read: they are copied only if they lie outside the arena. */
  bring(bytes: Uint8Array): number {
    const there = this.addressOf(bytes)
    if (there !== undefined) return there
    const address = this.scratch('input', bytes.length)
    this.view(address, bytes.length).set(bytes)
    return address
  }
}
