import type { FilePlace } from '../bytes/file-place.js'
import type { BlpkError } from '../core/errors.js'
import type { ReadParams } from '../format/blosc2/chunks/chunk-job.js'
import type { PortableParams } from '../format/blosc2/chunks/cparams.js'
import type { ProofRun } from '../format/blosc2/damage/proof-run.js'
import type { DecodeParams, EncodeParams } from '../format/bloscpack/chunk-job.js'

/** A piece of the arena: address and size, in bytes. */
export type Area = [address: number, nbytes: number]

/** Where bytes of the arena lie in it. */
export function areaOf(bytes: Uint8Array): Area {
  return [bytes.byteOffset, bytes.length]
}

/**
 * What is to be done with a chunk; `from` is where its bytes are read first. `encode` and `decode` are for chunks of
 * Blosc1, `encode2`, `read2` and
 * `prove2` for those of Blosc2.
 */
export type Task =
  | { kind: 'encode'; params: EncodeParams; plain: Area; packed: Area; from?: FilePlace | undefined }
  | { kind: 'decode'; params: DecodeParams; plain: Area; packed: Area; from?: FilePlace | undefined }
  | { kind: 'write'; bytes: Area; to: FilePlace }
  | { kind: 'encode2'; params: PortableParams; plain: Area; packed: Area }
  | { kind: 'prove2'; params: ProofRun; from: FilePlace; plain: Area }
  | { kind: 'read2'; params: ReadParams; from: FilePlace | Area; plain: Area }

/** Answers come in the order of the tasks. */
export type Answer = { value: number } | { error: Pick<BlpkError, 'code' | 'message' | 'place' | 'advice'> }

/** What a worker says: once that it has loaded what it needs, then its answers. */
export type Message = { isReady: true } | Answer
