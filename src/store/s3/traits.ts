// What S3 keeps with an object besides its bytes.

import type { GetObjectCommandOutput, PutObjectCommandInput } from '@aws-sdk/client-s3'
import type { Traits } from '../object-store.js'

/** What an object is besides its bytes and metadata, as requests that write it say it. */
export type S3Traits = Pick<
  PutObjectCommandInput,
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

/** Traits as requests that write an object say them. */
export function inputOf({ metadata, others }: Traits): S3Traits & { Metadata: Record<string, string> } {
  const own = (others as S3Traits | undefined) ?? { ContentType: 'application/octet-stream' }
  return { ...own, Metadata: { ...metadata } }
}

/** Traits of an object as it was read, for one that takes its place; tags are to be added. */
export function traitsKept(answer: Partial<GetObjectCommandOutput>): S3Traits {
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
