// Multipart uploads of S3.

import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { BlpkError } from '../../core/errors.js'
import type { Condition, CopySource, PartUpload, Traits } from '../object-store.js'
import type { PlaceSettings } from '../settings.js'
import { clientFor, type Integrity } from './client.js'
import { checkWritten, committed, type Look, matching, unquoted } from './conditional.js'
import { s3Code } from './errors.js'
import { type Location, parseLocation, targetOf } from './location.js'
import { inputOf } from './traits.js'

/** Keys in this header are percent-encoded, segment by segment. */
function copySourceHeader({ bucket, key }: Location): string {
  return `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
}

function unquotedParts(parts: readonly CompletedPart[]): CompletedPart[] {
  return parts.map((part) => (part.ETag === undefined ? part : { ...part, ETag: unquoted(part.ETag) }))
}

class S3Upload implements PartUpload {
  readonly #look: Look
  readonly #client: S3Client
  readonly #name: string
  readonly #target: { Bucket: string; Key: string; UploadId: string }
  readonly #integrity: Integrity
  readonly #parts: CompletedPart[] = []

  constructor(look: Look, client: S3Client, name: string, uploadId: string, integrity: Integrity) {
    this.#look = look
    this.#client = client
    this.#name = name
    this.#target = { ...targetOf(name), UploadId: uploadId }
    this.#integrity = integrity
  }

  async part(n: number, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const input = {
      ...this.#target,
      PartNumber: n,
      Body: bytes,
      ContentLength: bytes.length,
      ...(this.#integrity === 'crc32'
        ? { ChecksumAlgorithm: 'CRC32' as const }
        : { ContentMD5: createHash('md5').update(bytes).digest('base64') }),
    }
    const options = signal === undefined ? {} : { abortSignal: signal }
    const { ETag, ChecksumCRC32 } = await this.#client.send(new UploadPartCommand(input), options)
    this.#done(n, ETag, ChecksumCRC32)
  }

  async copy(n: number, from: CopySource, signal?: AbortSignal): Promise<void> {
    const options = signal === undefined ? {} : { abortSignal: signal }
    await matching(this.#look, from.name, from.version, async (etag) => {
      const input = {
        ...this.#target,
        PartNumber: n,
        CopySource: copySourceHeader(parseLocation(from.name)),
        CopySourceRange: `bytes=${from.start}-${from.stop - 1}`,
        CopySourceIfMatch: etag,
      }
      const { CopyPartResult } = await this.#client.send(new UploadPartCopyCommand(input), options)
      this.#done(n, CopyPartResult?.ETag, undefined)
    })
  }

  #done(n: number, etag: string | undefined, crc32: string | undefined): void {
    const name = this.#name
    if (etag === undefined || etag === '')
      throw new BlpkError('IO', `the store gave no ETag for part ${n} of '${name}'`, { path: name })
    this.#parts.push({ PartNumber: n, ETag: etag, ...(crc32 !== undefined && { ChecksumCRC32: crc32 }) })
  }

  complete(condition: Condition): Promise<boolean> {
    const parts = this.#parts.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0))
    return committed(this.#look, this.#name, condition, async (input) => {
      const send = async (list: readonly CompletedPart[]): Promise<void> => {
        const all = { ...this.#target, MultipartUpload: { Parts: [...list] }, ...input }
        checkWritten((await this.#client.send(new CompleteMultipartUploadCommand(all))).ETag, this.#name)
      }
      try {
        await send(parts)
      } catch (error) {
        if (s3Code(error) !== 'InvalidPart') throw error
        await send(unquotedParts(parts))
      }
    })
  }

  async abort(): Promise<void> {
    try {
      await this.#client.send(new AbortMultipartUploadCommand(this.#target))
    } catch (error) {
      if (s3Code(error) !== 'NoSuchUpload') throw error
    }
  }
}

/** Starts a multipart upload. */
export async function beginUpload(
  look: Look,
  settings: PlaceSettings,
  name: string,
  traits: Traits,
  copies: boolean,
): Promise<PartUpload> {
  const integrity = copies ? 'md5' : 'crc32'
  const client = clientFor(settings, integrity)
  const input = {
    ...targetOf(name),
    ...inputOf(traits),
    ...(integrity === 'crc32' && { ChecksumAlgorithm: 'CRC32' as const }),
  }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(input))
  if (UploadId === undefined) throw new BlpkError('IO', `the store gave no upload id for '${name}'`)
  return new S3Upload(look, client, name, UploadId, integrity)
}
