// The public names of the library, grouped by what they are for.

/**
 * blpk: packs binary and numeric data into Bloscpack archives and reads them back, whole or in part.
 * Errors are {@link BlpkError}s with a code.
 */

export { type ArrayFields, ArrayValue } from './array/array-value.js'
export type { ByteSink, Expected } from './bytes/byte-sink.js'
export type { ByteSource } from './bytes/byte-source.js'
export type { ChunkHeader } from './chunk/blosc1/header.js'
export type { DecodeCounts } from './chunk/blosc2/decode.js'
export type { ChecksumName } from './chunk/checksums.js'
export type { CodecContext, CodecTraits, EncodeContext } from './codecs/codec.js'
export type { CodecName } from './codecs/registry.js'
export { registerCodec, type UserCodec } from './codecs/user-codec.js'
export type { Data } from './core/data.js'
export type { Closable } from './core/dispose.js'
export { BlpkError, type ErrorCode, type ErrorPlace } from './core/errors.js'
export type { Float16ArrayLike, NumericArray } from './core/numeric-array.js'
export type { PlaceName } from './core/place-name.js'
export type { SChunkTraits } from './core/schunk-traits.js'
export type { LockOptions } from './disk/changing-file.js'
export type { Disk, FileFacts, Owner } from './disk/disk.js'
export type { Access } from './disk/modes.js'
export { FileSink, type FileSinkOptions } from './disk/new-file.js'
export type { ReadOptions } from './disk/read-archive.js'
export type { CodecOptions, PlanInfo, Progress, Room, RunOptions } from './engine/options.js'
export type { FilterContext } from './filters/filter.js'
export type { Shuffle } from './filters/shuffles.js'
export { registerFilter, type UserFilter } from './filters/user-filter.js'
export type { CheckMode, FrameChecksum } from './format/blosc2/chunks/checksums.js'
export type { CompressionOptions, FilterOption } from './format/blosc2/chunks/cparams.js'
export { peerWarnings } from './format/blosc2/chunks/peer-limits.js'
export {
  type FrameRecoverOptions,
  type FrameRecovery,
  planFrameRecovery,
} from './format/blosc2/damage/recover.js'
export { writeRecoveredFrame } from './format/blosc2/damage/repair.js'
export { recoveredFramePrefix, writeSalvagedFrame } from './format/blosc2/damage/salvage.js'
export type { FrameSurvey, FrameSurveyOptions } from './format/blosc2/damage/survey.js'
export { verifyFrame } from './format/blosc2/damage/verify.js'
export { type Changed, type ChangeOptions, changeArray, changeFrame } from './format/blosc2/objects/change.js'
export { NDArray } from './format/blosc2/objects/ndarray.js'
export type { NDArrayOptions } from './format/blosc2/objects/ndarray-options.js'
export type { SaveOptions } from './format/blosc2/objects/save-frame.js'
export { SChunk } from './format/blosc2/objects/schunk.js'
export type {
  NDArrayOpenOptions,
  SChunkOpenOptions,
  SChunkOptions,
} from './format/blosc2/objects/schunk-options.js'
export type { BlockFunction, ReadCallOptions } from './format/blosc2/objects/schunk-reader.js'
export { loadTensor, packTensor, saveTensor, unpackTensor } from './format/blosc2/objects/tensor.js'
export { Archive, type ChunkPlace, type OpenOptions } from './format/bloscpack/archive.js'
export { planRecovery, type RecoverOptions, type Recovery } from './format/bloscpack/damage/recover.js'
export { type RepairOptions, repairFile, writeRecovered } from './format/bloscpack/damage/repair.js'
export {
  recoveredPrefix,
  type SalvageOptions,
  salvageFile,
  writeSalvaged,
} from './format/bloscpack/damage/salvage.js'
export { type SurveyOptions, surveyArchive } from './format/bloscpack/damage/survey.js'
export type { Survey } from './format/bloscpack/damage/survey-facts.js'
export { type GrowFor, growFile } from './format/bloscpack/grow.js'
export type { BloscpackHeader } from './format/bloscpack/header.js'
export { type ConcatOptions, type ConcatResult, concatArchives } from './format/bloscpack/join.js'
export { openArchive } from './format/bloscpack/open-archive.js'
export { type Part, partOf } from './format/bloscpack/part.js'
export { type ByteRange, type RangeOptions, RangeReader } from './format/bloscpack/range.js'
export { unpackRange } from './format/bloscpack/range-threads.js'
export { BloscpackSink } from './format/bloscpack/sink.js'
export { type UnpackResult, unpack } from './format/bloscpack/unpack.js'
export { verifyArchive } from './format/bloscpack/verify.js'
export { ChunkWalk, findChunk } from './format/bloscpack/walk.js'
export type { Metadata, MetadataEdit, StoredValue } from './format/change.js'
export type { ChunkPlan, CompressedSink, Totals } from './format/compressed-sink.js'
export type { Container } from './format/container.js'
export type { Finding, Lost, Span } from './format/damage/finding.js'
export type { Opened, OpenPlace } from './format/opened.js'
export type { PackResult } from './format/output.js'
export { pack } from './format/pack.js'
export type { PackOptions, PartOf } from './format/pack-options.js'
export type { RecoveryReport } from './format/recovery.js'
export { registerContainer } from './format/registry.js'
export type { VerifyOptions, VerifyReport } from './format/verification.js'
export { type CompressOptions, compress } from './library/compress.js'
export { type Dataset, open, type ReadPartOptions, type SliceOptions } from './library/dataset.js'
export { type DecompressOptions, decompress } from './library/decompress.js'
export type { OutputOptions, Writable } from './library/outputs.js'
export type { Packable } from './library/plain-input.js'
export { openSink, openSource, plainSource, type Readable } from './places/open.js'
export type { Place, Scheme, StorePlace } from './places/place.js'
export { registerPlace } from './places/registry.js'
export { MemorySink } from './sinks/memory.js'
export { BytesPlainSink, type PlainSink } from './sinks/plain.js'
export { StreamSink } from './sinks/stream.js'
export { arraySource } from './sources/array.js'
export { FileSource } from './sources/file.js'
export { MemorySource } from './sources/memory.js'
export { openPlain } from './sources/npy.js'
export { BytesPlainSource, type PlainSource, type PlainTraits } from './sources/plain.js'
export { type ByteIterable, StreamSource } from './sources/stream.js'
export type {
  Answer,
  Condition,
  CopySource,
  Head,
  Listed,
  ObjectStore,
  PartLimits,
  PartUpload,
  Stretch,
  Traits,
  UnfinishedUpload,
} from './store/object-store.js'
export type { ChangeSettings, PlaceSettings, SinkSettings } from './store/settings.js'
export { type AppendOptions, type AppendResult, append } from './verbs/append.js'
export { type ReadMetadataOptions, readMetadata, type SetMetadataOptions, setMetadata } from './verbs/meta.js'
export { openArchiveFile } from './verbs/open.js'
