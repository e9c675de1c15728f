import type { GetObjectCommandOutput, PutObjectCommandInput } from '@aws-sdk/client-s3'
import { freshMetadata } from './write-ids.js'

/** What an object is besides its bytes, as requests that write it say it. */
export type Traits = Pick<
  PutObjectCommandInput,
  | 'Metadata'
  | 'ContentType'
  | 'ContentEncoding'
  | 'ContentDisposition'
  | 'ContentLanguage'
  | 'CacheControl'
  | 'Expires'
  | 'StorageClass'
  | 'ServerSideEncryption'
  | 'SSEKMSKeyId'
  | 'BucketKeyEnabled'
  | 'WebsiteRedirectLocation'
  | 'Tagging'
>

const KEPT = [
  'ContentType',
  'ContentEncoding',
  'ContentDisposition',
  'ContentLanguage',
  'CacheControl',
  'StorageClass',
  'WebsiteRedirectLocation',
] as const

/** Traits of an object that is written anew. */
export function freshTraits(writeId: string): Traits {
  return { ContentType: 'application/octet-stream', Metadata: freshMetadata(writeId) }
}

/** Traits of an object as it was read, for one that takes its place; metadata and tags are to be added. */
export function keptTraits(answer: Partial<GetObjectCommandOutput>): Traits {
  const traits: Record<string, unknown> = {}
  for (const key of KEPT) if (answer[key] !== undefined) traits[key] = answer[key]
  const expires = new Date(answer.ExpiresString ?? Number.NaN)
  if (!Number.isNaN(expires.getTime())) traits.Expires = expires
  // AES256 is what a store does by itself; a key of one's own it must be told.
  if (answer.ServerSideEncryption?.startsWith('aws:kms') === true) {
    const { ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled } = answer
    Object.assign(traits, { ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled })
  }
  return traits
}
