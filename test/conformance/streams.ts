// Single streams through codecs, with bytes around the output that nobody may touch.
import { type Codec, StreamContext } from '../../dist/codecs/codec.js'
import { loading } from '../../dist/core/loading.js'
import { loneChunk } from '../../dist/core/schunk-traits.js'
import { Workspace } from '../../dist/kernels/workspace.js'

const GUARD = 64
const GUARD_BYTE = 0xa5

const ws = new Workspace()

/** What a codec did. */
export interface StreamResult {
  /** What it returned. */
  size: number
  output: Uint8Array
  /** Are the bytes around the output as they were? */
  isContained: boolean
}

/** How the codec is called. */
export interface StreamOptions {
  level?: number
  meta?: number
  typesize?: number
  blockshape?: readonly number[]
}

async function run(
  codec: Codec,
  how: 'encode' | 'decode',
  input: Uint8Array,
  room: number,
  { level = 5, meta = 0, typesize = 4, blockshape }: StreamOptions,
): Promise<StreamResult> {
  await loading([codec])
  const schunk = loneChunk(typesize, how === 'encode' ? input.length : room)
  const context = new StreamContext(ws, { blockshape, schunk }, { level, meta })
  const src = ws.scratch('input', input.length)
  const dst = ws.scratch('output', room + 2 * GUARD)
  ws.view(src, input.length).set(input)
  const around = ws.view(dst, room + 2 * GUARD).fill(GUARD_BYTE)
  context.stream(src, input.length, dst + GUARD, room)
  context.want = room
  const size = (await codec[how]?.(context)) ?? 0
  const guards = [around.subarray(0, GUARD), around.subarray(GUARD + room)]
  const isContained = guards.every((guard) => guard.every((byte) => byte === GUARD_BYTE))
  return { size, output: around.slice(GUARD, GUARD + room), isContained }
}

/** Compresses a stream into `room` bytes. */
export function encodeStream(codec: Codec, input: Uint8Array, room: number, o: StreamOptions = {}) {
  return run(codec, 'encode', input, room, o)
}

/** Decompresses a stream to `nbytes` bytes. */
export function decodeStream(codec: Codec, stream: Uint8Array, nbytes: number, o: StreamOptions = {}) {
  return run(codec, 'decode', stream, nbytes, o)
}
