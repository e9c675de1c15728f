import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { BlpkError } from '../../core/errors.js'
import { following } from '../../net/follow.js'
import { interruptedError, type NetSettings, retrying } from '../../net/retry.js'
import type { PlaceSettings } from '../settings.js'
import { clientFor, type Integrity } from './client.js'
import { changedError, isMissing, s3Code, s3Error, statusOf } from './errors.js'
import { type Location, nameOf } from './location.js'
import type { Traits } from './traits.js'

/** What a commit demands of the object that it replaces. */
export interface Condition {
  /** Nothing may be there: `*`. */
  ifNoneMatch?: '*'
  /** This version must be there. */
  ifMatch?: string
  /** Where the store refuses to hear of conditions: write without. */
  optional?: boolean
}

/** What is there under a name. */
export interface Head {
  size: number
  etag: string | undefined
  metadata: Record<string, string>
}

/** A stretch of another object of the store, in bytes. */
export interface CopySource {
  location: Location
  etag: string
  start: number
  stop: number
}

function conditionInput({ ifNoneMatch, ifMatch }: Condition): { IfNoneMatch?: string; IfMatch?: string } {
  return {
    ...(ifNoneMatch !== undefined && { IfNoneMatch: ifNoneMatch }),
    ...(ifMatch !== undefined && { IfMatch: ifMatch }),
  }
}

/** Keys stand in this header percent-encoded, part by part. */
function copySourceHeader({ bucket, key }: Location): string {
  return `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
}

/** Does an ETag prove that bytes are the same? A weak one does not, and must not be made a condition. */
export function isStrong(etag: string): boolean {
  return !/^\s*W\//i.test(etag)
}

/** An ETag as some stores want it: without the quotes that belong to it. */
export function unquoted(etag: string): string {
  return etag.replaceAll('"', '')
}

function unquotedParts(parts: readonly CompletedPart[]): CompletedPart[] {
  return parts.map((part) => (part.ETag === undefined ? part : { ...part, ETag: unquoted(part.ETag) }))
}

/**
 * Requests for one object. Each is one function; all but `put`, `complete` and `get` try again what may pass.
 * Those three are told about a failure by a TransientError: whoever calls must find out what became of it.
 * @throws BlpkError NOT_FOUND, DENIED, NETWORK, IO, INTERRUPTED; errors of conditions as they come (`s3Code`)
 */
export class S3Object {
  readonly location: Location
  readonly name: string
  readonly settings: PlaceSettings
  readonly #client: S3Client

  constructor(location: Location, settings: PlaceSettings) {
    this.location = location
    this.name = nameOf(location)
    this.settings = settings
    this.#client = clientFor(settings)
  }

  get #target(): { Bucket: string; Key: string } {
    return { Bucket: this.location.bucket, Key: this.location.key }
  }

  async #once<T>(doing: string, send: (signal: { abortSignal?: AbortSignal }) => Promise<T>): Promise<T> {
    const { signal } = this.settings
    try {
      signal?.throwIfAborted()
      return await following(signal, send)
    } catch (error) {
      if (signal?.aborted === true) throw interruptedError(signal)
      throw s3Error(error, doing, this.name)
    }
  }

  #retried<T>(doing: string, send: (signal: { abortSignal?: AbortSignal }) => Promise<T>): Promise<T> {
    return retrying(this.settings, () => this.#once(doing, send))
  }

  /** What is there; undefined where nothing is. */
  head(settings: NetSettings = this.settings): Promise<Head | undefined> {
    const { signal } = settings
    return retrying(settings, async () => {
      try {
        const o = await following(signal, (options) =>
          this.#client.send(new HeadObjectCommand(this.#target), options),
        )
        return { size: o.ContentLength ?? 0, etag: o.ETag, metadata: o.Metadata ?? {} }
      } catch (error) {
        if (isMissing(error)) return undefined
        if (signal?.aborted === true) throw interruptedError(signal)
        throw s3Error(error, 'look for', this.name)
      }
    })
  }

  /**
   * Asks for the bytes from `start` to `stop`; the body is still to be read. One try.
   * @param etag the version that they must be of
   */
  async get(
    start: number,
    stop: number,
    etag: string | undefined,
    signal: AbortSignal,
  ): Promise<GetObjectCommandOutput> {
    const input = {
      ...this.#target,
      Range: `bytes=${start}-${stop - 1}`,
      ...(etag !== undefined && { IfMatch: etag }),
    }
    return this.#client.send(new GetObjectCommand(input), { abortSignal: signal })
  }

  /**
   * Writes all of it by one request. One try, and never interrupted: its outcome must be known.
   * @throws what the SDK throws; BlpkError UNKNOWN where the answer is not that of a store that wrote it
   */
  async put(body: Uint8Array, traits: Traits, condition: Condition): Promise<void> {
    const input = {
      ...this.#target,
      ...traits,
      Body: body,
      ContentLength: body.length,
      ChecksumAlgorithm: 'CRC32' as const,
      ...conditionInput(condition),
    }
    this.#checkWritten((await this.#client.send(new PutObjectCommand(input))).ETag)
  }

  /** Starts an upload in parts; never interrupted, or nobody could give it up. @returns its id */
  create(traits: Traits, integrity: Integrity = 'crc32'): Promise<string> {
    return this.#retried('write', async () => {
      const input = {
        ...this.#target,
        ...traits,
        ...(integrity === 'crc32' && { ChecksumAlgorithm: 'CRC32' as const }),
      }
      const { UploadId } = await clientFor(this.settings, integrity).send(
        new CreateMultipartUploadCommand(input),
      )
      if (UploadId === undefined) throw new BlpkError('IO', `the store gave no upload id for '${this.name}'`)
      return UploadId
    })
  }

  /** Uploads part `n`, from 1. The bytes must stay as they are until it is done. */
  uploadPart(
    uploadId: string,
    n: number,
    body: Uint8Array,
    integrity: Integrity = 'crc32',
  ): Promise<CompletedPart> {
    return this.#retried('write', async (options) => {
      const input = {
        ...this.#target,
        UploadId: uploadId,
        PartNumber: n,
        Body: body,
        ContentLength: body.length,
        ...(integrity === 'crc32'
          ? { ChecksumAlgorithm: 'CRC32' as const }
          : { ContentMD5: createHash('md5').update(body).digest('base64') }),
      }
      const { ETag, ChecksumCRC32 } = await clientFor(this.settings, integrity).send(
        new UploadPartCommand(input),
        options,
      )
      return this.#part(n, ETag, ChecksumCRC32)
    })
  }

  /**
   * Makes part `n` out of a stretch of an object, within the store: 5 MiB to 5 GiB.
   * The upload must have been begun with `md5`.
   */
  copyPart(uploadId: string, n: number, from: CopySource): Promise<CompletedPart> {
    const source = new S3Object(from.location, this.settings)
    return this.#retried('write', (options) =>
      source.matching(from.etag, async (etag) => {
        const input = {
          ...this.#target,
          UploadId: uploadId,
          PartNumber: n,
          CopySource: copySourceHeader(from.location),
          CopySourceRange: `bytes=${from.start}-${from.stop - 1}`,
          CopySourceIfMatch: etag,
        }
        const { CopyPartResult } = await this.#client.send(new UploadPartCopyCommand(input), options)
        return this.#part(n, CopyPartResult?.ETag, undefined)
      }),
    )
  }

  /**
   * Sends a read that is to be of one version, and once more with the ETag as some stores want it where this
   * one says that it is another version, and it is not.
   * @throws BlpkError CHANGED where it is
   */
  async matching<T>(etag: string, send: (etag: string) => Promise<T>): Promise<T> {
    try {
      return await send(etag)
    } catch (error) {
      if (statusOf(error) !== 412) throw error
      if ((await this.head())?.etag !== etag || etag === unquoted(etag)) throw changedError(this.name)
      return send(unquoted(etag))
    }
  }

  /** A store that wrote something tells its ETag; what answers 200 without one may be no store at all. */
  #checkWritten(etag: string | undefined): void {
    if (etag !== undefined && etag !== '') return
    const message =
      `the store answered the write of '${this.name}' without an ETag, so it is not known whether it was written: ` +
      'look at it before trying again'
    throw new BlpkError('UNKNOWN', message, { path: this.name })
  }

  #part(n: number, etag: string | undefined, crc32: string | undefined): CompletedPart {
    if (etag === undefined || etag === '')
      throw new BlpkError('IO', `the store gave no ETag for part ${n} of '${this.name}'`, { path: this.name })
    return { PartNumber: n, ETag: etag, ...(crc32 !== undefined && { ChecksumCRC32: crc32 }) }
  }

  /**
   * Makes an object of the parts. One try, and never interrupted: its outcome must be known.
   * @throws what the SDK throws; BlpkError UNKNOWN where the answer is not that of a store that wrote it
   */
  async complete(uploadId: string, parts: readonly CompletedPart[], condition: Condition): Promise<void> {
    const send = async (list: readonly CompletedPart[]): Promise<void> => {
      const input = {
        ...this.#target,
        UploadId: uploadId,
        MultipartUpload: { Parts: [...list] },
        ...conditionInput(condition),
      }
      this.#checkWritten((await this.#client.send(new CompleteMultipartUploadCommand(input))).ETag)
    }
    try {
      await send(parts)
    } catch (error) {
      if (s3Code(error) !== 'InvalidPart') throw error
      await send(unquotedParts(parts))
    }
  }

  /** The tags of the object, as requests that write it say them. */
  tags(): Promise<string> {
    return this.#retried('read the tags of', async (options) => {
      const { TagSet = [] } = await this.#client.send(new GetObjectTaggingCommand(this.#target), options)
      return new URLSearchParams(TagSet.map(({ Key = '', Value = '' }) => [Key, Value])).toString()
    })
  }

  /** Takes the object away, if it is there; never interrupted. */
  async remove(net: NetSettings): Promise<void> {
    await retrying(net, async () => {
      try {
        await this.#client.send(new DeleteObjectCommand(this.#target))
      } catch (error) {
        throw s3Error(error, 'remove', this.name)
      }
    })
  }

  /** Gives up an upload, and the parts with it; nothing is thrown where there is none. */
  async abort(uploadId: string, net: NetSettings): Promise<void> {
    await retrying(net, async () => {
      try {
        await this.#client.send(new AbortMultipartUploadCommand({ ...this.#target, UploadId: uploadId }))
      } catch (error) {
        if (s3Code(error) !== 'NoSuchUpload') throw s3Error(error, 'give up the upload of', this.name)
      }
    })
  }
}
