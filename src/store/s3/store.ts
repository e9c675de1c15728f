// S3, and every service that speaks its protocol, as an object store.

import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { otherVersionError } from '../errors.js'
import type {
  Answer,
  Condition,
  Head,
  Listed,
  ObjectStore,
  PartUpload,
  Stretch,
  Traits,
  UnfinishedUpload,
} from '../object-store.js'
import type { PlaceSettings } from '../settings.js'
import { answerOf } from './answer.js'
import { clientFor, endpointOf } from './client.js'
import { checkWritten, committed, type Look, matching } from './conditional.js'
import { isMissing, s3Code, s3Error } from './errors.js'
import { LIMITS } from './limits.js'
import { listObjects } from './list.js'
import { nameOf, parseLocation, parsePrefix, targetOf } from './location.js'
import { inputOf, type S3Traits, traitsKept } from './traits.js'
import { beginUpload } from './upload.js'
import { listUploads } from './uploads.js'

interface Options {
  abortSignal?: AbortSignal
}

function optionsOf(signal: AbortSignal | undefined): Options {
  return signal === undefined ? {} : { abortSignal: signal }
}

/** S3 with given settings. Names are `s3://bucket/key`. */
export class S3Store implements ObjectStore {
  readonly id: string
  readonly limits = LIMITS
  readonly #settings: PlaceSettings
  readonly #client: S3Client
  readonly #look: Look = (name) => this.head(name)

  /** @throws BlpkError USAGE if the endpoint in the settings is invalid */
  constructor(settings: PlaceSettings) {
    this.#settings = settings
    this.#client = clientFor(settings)
    this.id = `s3 ${endpointOf(settings) ?? ''}`
  }

  nameOf(name: string): string {
    return nameOf(parseLocation(name))
  }

  regionOf(name: string): string {
    return parsePrefix(name).bucket
  }

  failure(error: unknown, doing: string, name: string): Error {
    return s3Error(error, doing, name)
  }

  async head(name: string, signal?: AbortSignal): Promise<Head | undefined> {
    try {
      const o = await this.#client.send(new HeadObjectCommand(targetOf(name)), optionsOf(signal))
      return { size: o.ContentLength ?? 0, version: o.ETag, metadata: o.Metadata ?? {} }
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  async get(name: string, stretch: Stretch, signal: AbortSignal): Promise<Answer> {
    const { start, stop, version } = stretch
    const send = (etag?: string): Promise<GetObjectCommandOutput> => {
      const input = {
        ...targetOf(name),
        Range: `bytes=${start}-${stop - 1}`,
        ...(etag !== undefined && { IfMatch: etag }),
      }
      return this.#client.send(new GetObjectCommand(input), { abortSignal: signal })
    }
    try {
      const output = await (version === undefined ? send() : matching(this.#look, name, version, send))
      return answerOf(output, [start, stop], name)
    } catch (error) {
      if (s3Code(error) !== 'InvalidRange') throw error
      return this.#nothing(name, signal)
    }
  }

  /** An empty object has no range; any other object has the requested range, at the version that was read. */
  async #nothing(name: string, signal: AbortSignal): Promise<Answer> {
    const head = await this.head(name, signal)
    if (head?.size !== 0) throw otherVersionError(name)
    return { size: 0, version: head.version ?? '', traits: { metadata: head.metadata }, body: [], nbytes: 0 }
  }

  put(name: string, body: Uint8Array, traits: Traits, condition: Condition): Promise<boolean> {
    return committed(this.#look, name, condition, async (input) => {
      const command = new PutObjectCommand({
        ...targetOf(name),
        ...inputOf(traits),
        Body: body,
        ContentLength: body.length,
        ChecksumAlgorithm: 'CRC32',
        ...input,
      })
      checkWritten((await this.#client.send(command)).ETag, name)
    })
  }

  begin(name: string, traits: Traits, copies: boolean): Promise<PartUpload> {
    return beginUpload(this.#look, this.#settings, name, traits, copies)
  }

  async remove(name: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(targetOf(name)))
  }

  async keptTraits(name: string, { metadata, others }: Traits, signal?: AbortSignal): Promise<Traits> {
    const told = (others ?? {}) as Partial<GetObjectCommandOutput>
    const kept: S3Traits = traitsKept(told)
    if ((told.TagCount ?? 0) > 0) kept.Tagging = await this.#tags(name, signal)
    return { metadata, others: kept }
  }

  /** The tags of an object, in the form of request parameters. */
  async #tags(name: string, signal?: AbortSignal): Promise<string> {
    const command = new GetObjectTaggingCommand(targetOf(name))
    const { TagSet = [] } = await this.#client.send(command, optionsOf(signal))
    return new URLSearchParams(TagSet.map(({ Key = '', Value = '' }) => [Key, Value])).toString()
  }

  list(prefix: string): AsyncIterable<Listed> {
    return listObjects(prefix, this.#settings)
  }

  unfinished(prefix: string): AsyncIterable<UnfinishedUpload> {
    return listUploads(prefix, this.#settings)
  }
}
