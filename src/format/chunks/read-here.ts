// Reads parts of Blosc2 chunks in the calling thread.

import { allocate } from '../../core/allocate.js'
import type { Trial } from '../../engine/trial.js'
import type { Workspace } from '../../kernels/workspace.js'
import { decodedBytes, partBytes, placePart, putPart, takePart } from './chunk-part.js'
import type { CommonResult } from './common-result.js'
import { type ChunkFinder, openFound } from './found-chunk.js'
import { countChunks, type FoundPart, isZeros, type PartSource } from './part-task.js'

/** Zeros are not decoded. */
function takeZeros({ out, axes, part }: FoundPart, source: PartSource<ChunkFinder>, isDirty: boolean): void {
  const { itemBytes } = source.options
  countChunks(source, 1)
  if (!isDirty || out === undefined) return
  if (axes === undefined) out.fill(0)
  else placePart(allocate(partBytes(part, itemBytes)), { out, axes }, itemBytes)
}

async function readDecoded(ws: Workspace, source: PartSource<ChunkFinder>, found: FoundPart): Promise<void> {
  const { itemBytes } = source.options
  const chunk = openFound(ws, found, source.options)
  const { out, axes } = found
  if (out !== undefined) return putPart(ws, chunk, found.part, itemBytes, { out, axes })
  const nbytes = partBytes(found.part, itemBytes)
  const address = ws.scratch('part', nbytes)
  await takePart(chunk, found.part, itemBytes, ws.view(address, nbytes))
  found.take?.(ws.view(address, nbytes))
}

/** Reads one part. @param isDirty whether its buffer may hold anything but zeros */
export async function readHere(
  ws: Workspace,
  source: PartSource<ChunkFinder>,
  found: FoundPart,
  isDirty: boolean,
): Promise<void> {
  if (isZeros(found, source)) takeZeros(found, source, isDirty)
  else await readDecoded(ws, source, found)
}

/** Parts in order, and what is known of their buffers. */
export interface Reading {
  source: PartSource<ChunkFinder>
  found: AsyncIterator<FoundPart>
  isDirty: boolean
  /** Tells when to leave the rest to threads. */
  trial: Trial | undefined
}

/** @param out replaces the buffer of all parts @returns whether all were read */
async function readEach(
  ws: Workspace,
  { source, found, isDirty, trial }: Reading,
  out?: Uint8Array,
): Promise<boolean> {
  for (let one = await found.next(); one.done !== true; one = await found.next()) {
    const part = out === undefined ? one.value : { ...one.value, out }
    await readHere(ws, source, part, isDirty)
    trial?.add(decodedBytes(part.part, source.options.itemBytes))
    if (trial?.wantsThreads === true) return false
  }
  return true
}

/** Reads into the arena, then copies all of it at once: to copy row by row in JavaScript takes several times as long. */
async function readThroughArena(
  ws: Workspace,
  reading: Reading,
  { out, isFull }: CommonResult,
): Promise<boolean> {
  const address = ws.scratch('result', out.length)
  if (!isFull) ws.kernels.fillBytes(address, 0, out.length)
  const isDone = await readEach(ws, { ...reading, isDirty: isFull }, ws.view(address, out.length))
  out.set(ws.view(address, out.length))
  return isDone
}

/** Reads parts in order until a trial says that threads should go on. @returns whether all were read */
export function readAllHere(
  ws: Workspace,
  reading: Reading,
  result: CommonResult | undefined,
): Promise<boolean> {
  return result === undefined ? readEach(ws, reading) : readThroughArena(ws, reading, result)
}
