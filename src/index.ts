/**
 * blpk: packs binary and numeric data into Bloscpack archives and reads them back, whole or in part.
 * Errors are {@link BlpkError}s with a code.
 */

export { appendToFrame, type FrameAppendOptions, type FrameAppendResult } from './blosc2/append.js'
export { type Changed, type ChangeOptions, changeArray, changeFrame } from './blosc2/change.js'
export type { Data } from './blosc2/data.js'
export { NDArray } from './blosc2/ndarray.js'
export type { NDArrayOptions } from './blosc2/ndarray-options.js'
export type { SaveOptions } from './blosc2/save-frame.js'
export { SChunk } from './blosc2/schunk.js'
export type { NDArrayOpenOptions, SChunkOpenOptions, SChunkOptions } from './blosc2/schunk-options.js'
export type { BlockFunction, ReadCallOptions } from './blosc2/schunk-reader.js'
export { loadTensor, packTensor, saveTensor, unpackTensor } from './blosc2/tensor.js'
export type { CodecName } from './codecs/registry.js'
export type { LockOptions } from './disk/changing-file.js'
export type { Disk, FileFacts, Owner } from './disk/disk.js'
export type { Access } from './disk/modes.js'
export { openArchiveFile, type ReadOptions } from './disk/read-archive.js'
export type { Closable } from './dispose.js'
export { appendToFile } from './engine/append/file.js'
export type { AppendOptions, AppendResult } from './engine/append/options.js'
export { appendTo } from './engine/append/place.js'
export { Archive, type ChunkPlace, type OpenOptions } from './engine/archive.js'
export type { CheckMode, FrameChecksum } from './engine/blosc2/checksums.js'
export {
  type CompressionOptions,
  type FilterOption,
  registerCodec,
  type SChunkTraits,
  type UserCodec,
} from './engine/blosc2/cparams.js'
export {
  type FrameRecoverOptions,
  type FrameRecovery,
  planFrameRecovery,
} from './engine/blosc2/damage/recover.js'
export { writeRecoveredFrame } from './engine/blosc2/damage/repair.js'
export { recoveredFramePrefix, writeSalvagedFrame } from './engine/blosc2/damage/salvage.js'
export type { FrameSurvey, FrameSurveyOptions } from './engine/blosc2/damage/survey.js'
export { verifyFrame } from './engine/blosc2/damage/verify.js'
export { registerFilter, type UserFilter, type UserFilterContext } from './engine/blosc2/filters.js'
export { peerWarnings } from './engine/blosc2/peer-limits.js'
export { BloscpackSink } from './engine/bloscpack-sink.js'
export type { CompressedSink, Totals } from './engine/compressed-sink.js'
export type { Lost, Span } from './engine/damage/finding.js'
export {
  planRecovery,
  type RecoverOptions,
  type Recovery,
  type RecoveryReport,
} from './engine/damage/recover.js'
export { type RepairOptions, repairFile, writeRecovered } from './engine/damage/repair.js'
export { recoveredPrefix, type SalvageOptions, salvageFile, writeSalvaged } from './engine/damage/salvage.js'
export { type Survey, type SurveyOptions, surveyArchive } from './engine/damage/survey.js'
export { type GrowFor, growFile } from './engine/grow.js'
export { type ConcatOptions, type ConcatResult, concatArchives } from './engine/join.js'
export type { CodecOptions, PackOptions, PlanInfo, Progress, Room, RunOptions } from './engine/options.js'
export { type PackResult, pack } from './engine/pack.js'
export { type Part, type PartOf, partOf } from './engine/part.js'
export { type ByteRange, type RangeOptions, RangeReader } from './engine/range.js'
export { unpackRange } from './engine/range-threads.js'
export { type UnpackResult, unpack } from './engine/unpack.js'
export { type Finding, type VerifyOptions, type VerifyReport, verifyArchive } from './engine/verify.js'
export { ChunkWalk, findChunk } from './engine/walk.js'
export { BlpkError, type ErrorCode, type ErrorPlace } from './errors.js'
export { type OutputOptions, packBytes, packFile, unpackBytes, unpackFile } from './files.js'
export type { ChecksumName } from './format/bloscpack/checksums.js'
export type { BloscpackHeader } from './format/bloscpack/header.js'
export type { ChunkHeader, Shuffle } from './format/chunk/header.js'
export type { DecodeCounts } from './format/chunk2/decode.js'
export {
  type Ndarray,
  type NumericArray,
  ndarray,
  ndarraySource,
  packNdarray,
  toTypedArray,
  UnpackedNdarray,
  unpackNdarray,
} from './ndarray.js'
export type { Float16ArrayLike } from './numeric-array.js'
export { openArchive, openSink, openSource, plainSource, type Readable } from './open.js'
export type { PlaceName } from './place-name.js'
export type { ChangeSettings, PlaceSettings, SinkSettings } from './places.js'
export type { ByteSink, Expected } from './sinks/byte-sink.js'
export { FileSink, type FileSinkOptions } from './sinks/file.js'
export { MemorySink } from './sinks/memory.js'
export { BytesPlainSink, type PlainSink } from './sinks/plain.js'
export { StreamSink } from './sinks/stream.js'
export type { ByteSource } from './sources/byte-source.js'
export { FileSource } from './sources/file.js'
export { MemorySource } from './sources/memory.js'
export { openPlain } from './sources/npy.js'
export { BytesPlainSource, type PlainSource, type PlainTraits } from './sources/plain.js'
export { type ByteIterable, StreamSource } from './sources/stream.js'
