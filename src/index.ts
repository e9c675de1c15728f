// The public API of the library, grouped by purpose.

/**
 * blpk packs binary and numeric data into Bloscpack archives, Blosc2 frames and arrays, and reads them back,
 * whole or in part. Sizes are in bytes, shapes in items.
 */

// Errors have a code, a place, and advice if an option or a function helps.

export type { Advice, AdvisedCall, AdvisedOption } from './core/advice.js'
export { BlpkError, type ErrorCode, type ErrorPlace } from './core/errors.js'

// Reading arrays and plain bytes, whole or in part.

export { type ArrayFields, ArrayValue } from './array/array-value.js'
export type { Float16ArrayLike, NumericArray } from './core/numeric-array.js'
export type { ReadOptions } from './disk/read-archive.js'
export type { OpenOptions } from './format/opened.js'
export type { AxisKey } from './format/selection.js'
export { type Dataset, open, type ReadPartOptions, type SliceOptions } from './library/dataset.js'

// The functions behind the commands. They take places, bytes, streams and arrays.

export type { PlaceName } from './core/place-name.js'
export type { LockOptions } from './disk/changing-file.js'
export type { Progress, Room, RunOptions } from './engine/options.js'
export type { Shuffle } from './filters/shuffles.js'
export type { Metadata, MetadataEdit, StoredValue } from './format/change.js'
export type { Finding, Lost, Span } from './format/damage/finding.js'
export type { FactRow, Facts, FactTable } from './format/facts.js'
export type { ConcatResult, PackResult } from './format/output.js'
export type { FilterOption, PackOptions, PartOf, Plan } from './format/pack-options.js'
export type { RecoveryReport } from './format/recovery.js'
export type { Selection } from './format/selection.js'
export type { VerifyOptions, VerifyReport } from './format/verification.js'
export { append } from './library/append.js'
export { type CompressOptions, compress } from './library/compress.js'
export { type ConcatOptions, type ConvertOptions, concat, convert } from './library/convert.js'
export { type DecompressOptions, decompress } from './library/decompress.js'
export { list } from './library/list.js'
export type { OutputOptions, Writable } from './library/outputs.js'
export type { Packable } from './library/plain-input.js'
export { type RepairOptions, repair, type SalvageOptions, salvage } from './library/recover.js'
export type { Readable } from './places/open.js'
export type { AppendOptions, AppendResult } from './verbs/append.js'
export type { DecompressResult } from './verbs/decompress.js'
export type { ArrayDescription } from './verbs/described.js'
export { type InfoOptions, info } from './verbs/info.js'
export type { ListEntry, ListOptions } from './verbs/list.js'
export { type ReadMetadataOptions, readMetadata, type SetMetadataOptions, setMetadata } from './verbs/meta.js'
export { type VerifyCallOptions, verify } from './verbs/verify.js'

// The core: any source goes with any sink, including your own.

export { Blosc2Sink } from './format/blosc2/chunks/pack-frame.js'
export { BloscpackSink } from './format/bloscpack/sink.js'
export type { ChunkPlan, CompressedSink, Totals } from './format/compressed-sink.js'
export { pack } from './format/pack.js'
export { type CompressedSource, type UnpackResult, unpack } from './library/unpack.js'
export type { PlainSink } from './sinks/plain.js'
export type { PlainSource, PlainTraits } from './sources/plain.js'

// Sources of plain bytes, and of bytes.

export type { ByteSource } from './bytes/byte-source.js'
export { openSource, plainSource } from './places/open.js'
export { arraySource } from './sources/array.js'
export { FileSource } from './sources/file.js'
export { MemorySource } from './sources/memory.js'
export { BytesPlainSource } from './sources/plain.js'
export { type ByteIterable, StreamSource } from './sources/stream.js'

// Sinks for plain bytes, and for bytes.

export type { ByteSink, Expected } from './bytes/byte-sink.js'
export type { Disk, FileFacts, Owner } from './disk/disk.js'
export type { Access } from './disk/modes.js'
export { FileSink, type FileSinkOptions } from './disk/new-file.js'
export { openSink } from './places/open.js'
export { MemorySink } from './sinks/memory.js'
export { BytesPlainSink } from './sinks/plain.js'
export { StreamSink } from './sinks/stream.js'
export type { ChangeSettings, PlaceSettings, SinkSettings } from './store/settings.js'

// Blosc2: super-chunks and arrays that can be changed, in memory and in place.

export type { DecodeCounts } from './chunk/blosc2/decode.js'
export type { Data } from './core/data.js'
export type { Closable } from './core/dispose.js'
export type { SChunkTraits } from './core/schunk-traits.js'
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
export type {
  BlockFunction,
  ReadCallOptions,
  ReadIntoOptions,
} from './format/blosc2/objects/schunk-reader.js'
export { loadTensor, packTensor, saveTensor, unpackTensor } from './format/blosc2/objects/tensor.js'
export type { CheckMode, FrameChecksum } from './format/chunks/checksums.js'
export type { CompressionOptions } from './format/chunks/cparams.js'
export { peerWarnings } from './format/chunks/peer-limits.js'

// Codecs, filters, places and containers of your own.

export type { CodecContext, CodecTraits, EncodeContext } from './codecs/codec.js'
export { registerCodec, type UserCodec } from './codecs/user-codec.js'
export type { FilterContext } from './filters/filter.js'
export { registerFilter, type UserFilter } from './filters/user-filter.js'
export type { Container, PackRequest } from './format/container.js'
export type { Opened, OpenPlace } from './format/opened.js'
export type { Output } from './format/output.js'
export { registerContainer } from './format/registry.js'
export type { ContainerTraits, Format } from './format/traits.js'
export type { Place, Scheme, StorePlace } from './places/place.js'
export { registerPlace } from './places/registry.js'
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
