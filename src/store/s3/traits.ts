// The properties that S3 keeps with an object besides its bytes.

import type { GetObjectCommandOutput, PutObjectCommandInput } from '@aws-sdk/client-s3'
import type { Traits } from '../object-store.js'

/** Properties of an object besides bytes and metadata, in the form of request parameters. */
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

/** Traits in the form of request parameters. */
export function inputOf({ metadata, others }: Traits): S3Traits & { Metadata: Record<string, string> } {
  const own = (others as S3Traits | undefined) ?? { ContentType: 'application/octet-stream' }
  return { ...own, Metadata: { ...metadata } }
}

/** Traits of an object for its replacement; tags are added separately. */
export function traitsKept(answer: Partial<GetObjectCommandOutput>): S3Traits {
  const traits: Record<string, unknown> = {}
  for (const key of KEPT) if (answer[key] !== undefined) traits[key] = answer[key]
  const expires = new Date(answer.ExpiresString ?? Number.NaN)
  if (!Number.isNaN(expires.getTime())) traits.Expires = expires
  // AES256 is the default of a store; a custom key must be requested.
  if (answer.ServerSideEncryption?.startsWith('aws:kms') === true) {
    const { ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled } = answer
    Object.assign(traits, { ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled })
  }
  return traits
}
