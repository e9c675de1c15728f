// Writes an archive.

import type { ByteSink } from '../../bytes/byte-sink.js'
import type { ByteSource } from '../../bytes/byte-source.js'
import type { FilePlace } from '../../bytes/file-place.js'
import { type ChecksumName, loadChecksum } from '../../chunk/checksums.js'
import { BlpkError } from '../../core/errors.js'
import { type PackOptions, roomFor } from '../../engine/options.js'
import { Workspace } from '../../kernels/workspace.js'
import type { PlainSource } from '../../sources/plain.js'
import type { CompressedSink, Totals } from '../compressed-sink.js'
import { type BloscpackHeader, formatHeader, HEADER_BYTES } from './header.js'
import { formatMetadata } from './metadata.js'
import { formatOffsets, OFFSET_BYTES, unusedOffsets } from './offsets.js'
import { type PackPlan, planPack } from './plan.js'

/** Offsets reserved for a source of unknown size: 2 GiB of default chunks, 16 KiB in the archive. */
const RESERVED_ENTRIES = 2 * 1024
/** The same if the place cannot make room later. */
const RESERVED_ENTRIES_FIXED = 128 * 1024
/** Header and longest digest of a chunk, in bytes. */
const CHUNK_OVERHEAD = 16 + 64

/** Writes the metadata section with the checksum of the archive. */
export async function metadataSection(
  json: string,
  checksum: ChecksumName,
  room?: number,
): Promise<Uint8Array> {
  return formatMetadata(json, await loadChecksum(checksum, () => new Workspace()), room)
}

/** A chunk takes at most its plain bytes, a header and a digest. */
function mostBytes({ size, nchunks }: PackPlan, front: number): number | undefined {
  return size === undefined || nchunks === undefined ? undefined : front + size + nchunks * CHUNK_OVERHEAD
}

/** Writes a Bloscpack archive to a place. */
export class BloscpackSink implements CompressedSink<PackOptions, PackPlan> {
  readonly #sink: ByteSink
  readonly #copies: boolean
  #header: BloscpackHeader | undefined
  #room: PackPlan['room'] = 0
  /** Entries of the offsets section. */
  #entries = 0
  #offsetsAt = 0
  #position = 0
  /** Whether the final header was already written. */
  #final = false
  readonly #offsets: number[] = []

  /** @param options.copies whether chunks will be copied from other archives with `copy` */
  constructor(sink: ByteSink, options: { copies?: boolean } = {}) {
    this.#copies = options.copies === true
    this.#sink = sink
  }

  plan(source: PlainSource, options: PackOptions): Promise<PackPlan> {
    return planPack(source, options)
  }

  async begin(plan: PackPlan, totals: Totals | undefined): Promise<void> {
    // Positions of chunks are known only at the end, so the place must be patchable.
    const offsets = plan.offsets && this.#sink.seekable
    const room = offsets && totals !== undefined ? roomFor(plan.room, totals.nchunks) : 0
    const metadata =
      plan.metadata === undefined
        ? new Uint8Array(0)
        : await metadataSection(plan.metadata, plan.params.checksum)
    this.#room = plan.room
    this.#final = totals !== undefined
    this.#header = {
      offsets,
      metadata: metadata.length > 0,
      checksum: plan.params.checksum,
      typesize: plan.params.typesize,
      chunkSize: plan.chunkSize,
      lastChunk: totals?.lastChunk,
      nchunks: totals?.nchunks,
      maxAppChunks: room,
    }
    if (offsets) this.#entries = totals === undefined ? this.#reserve() : totals.nchunks + room
    this.#offsetsAt = HEADER_BYTES + metadata.length
    const front = this.#offsetsAt + this.#entries * OFFSET_BYTES
    const patches = offsets || (!this.#final && this.#sink.seekable)
    const most = mostBytes(plan, front)
    this.#sink.expect?.({ front: patches ? front : 0, most, copies: this.#copies })
    await this.#write(formatHeader(this.#header))
    await this.#write(metadata)
    await this.#write(unusedOffsets(this.#entries))
  }

  #reserve(): number {
    return this.#sink.makeRoom === undefined ? RESERVED_ENTRIES_FIXED : RESERVED_ENTRIES
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0) await this.#sink.write(bytes)
    this.#position += bytes.length
  }

  put(i: number, chunkAndDigest: Uint8Array): void | Promise<void> {
    this.#offsets[i] = this.#position
    this.#position += chunkAndDigest.length
    return this.#sink.write(chunkAndDigest)
  }

  /** Whether the place may copy bytes of another one itself. */
  get canCopy(): boolean {
    return this.#sink.copy !== undefined
  }

  /**
   * Copies chunks that are adjacent in another archive, if the place can copy them itself.
   * @param i index of the first chunk here
   * @param sizes of the chunks with their digests, in bytes
   * @returns false if the chunks must be written one by one
   */
  async copy(i: number, source: ByteSource, start: number, sizes: readonly number[]): Promise<boolean> {
    const nbytes = sizes.reduce((sum, size) => sum + size, 0)
    if ((await this.#sink.copy?.(source, start, start + nbytes)) !== true) return false
    sizes.forEach((size, k) => {
      this.#offsets[i + k] = this.#position
      this.#position += size
    })
    return true
  }

  async place(i: number, chunkAndDigest: Uint8Array): Promise<FilePlace | undefined> {
    const { length } = chunkAndDigest
    const place = this.#sink.reserve?.(length)
    if (place === undefined) {
      await this.put(i, chunkAndDigest)
      return undefined
    }
    this.#offsets[i] = this.#position
    this.#position += length
    return place
  }

  async finish(totals: Totals): Promise<number> {
    const header = this.#header
    if (header === undefined) throw new BlpkError('USAGE', 'the archive was not started')
    if (header.offsets) {
      if (totals.nchunks > this.#entries) await this.#enlarge(totals.nchunks)
      await this.#sink.patch(this.#offsetsAt, formatOffsets(this.#offsets))
    }
    if (!this.#final && this.#sink.seekable) {
      const maxAppChunks = header.offsets ? this.#entries - totals.nchunks : 0
      await this.#sink.patch(0, formatHeader({ ...header, ...totals, maxAppChunks }))
    }
    await this.#sink.commit()
    return this.#position
  }

  /** The source had more chunks than offsets were reserved for. */
  async #enlarge(nchunks: number): Promise<void> {
    if (this.#sink.makeRoom === undefined) {
      throw new BlpkError(
        'NO_ROOM',
        `more than ${this.#entries} chunks: name an output file`,
        {},
        undefined,
        { option: 'chunkSize', to: 'make fewer of them' },
      )
    }
    const entries = nchunks + roomFor(this.#room, nchunks)
    const added = (entries - this.#entries) * OFFSET_BYTES
    const end = this.#offsetsAt + this.#entries * OFFSET_BYTES
    await this.#sink.makeRoom(end, added)
    await this.#sink.patch(end, unusedOffsets(entries - this.#entries))
    for (let i = 0; i < this.#offsets.length; i++) this.#offsets[i] = (this.#offsets[i] ?? 0) + added
    this.#entries = entries
    this.#position += added
  }

  abort(): void | Promise<void> {
    return this.#sink.discard()
  }
}
