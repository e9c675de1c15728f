import type { BlpkError } from '../errors.js'
import type { FilePlace } from '../sources/file-place.js'
import type { DecodeParams, EncodeParams } from './job.js'

/** A piece of the arena: address and size, in bytes. */
export type Area = [address: number, nbytes: number]

/** What is to be done with a chunk; `from` is where its bytes are read first. */
export type Task =
  | { kind: 'encode'; params: EncodeParams; plain: Area; packed: Area; from?: FilePlace | undefined }
  | { kind: 'decode'; params: DecodeParams; plain: Area; packed: Area; from?: FilePlace | undefined }
  | { kind: 'write'; bytes: Area; to: FilePlace }

/** Answers come in the order of the tasks. */
export type Answer = { value: number } | { error: Pick<BlpkError, 'code' | 'message' | 'place'> }
