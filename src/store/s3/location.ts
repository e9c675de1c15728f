// Names of objects: `s3://bucket/key`.

import { usage } from '../../core/errors.js'

/** The location of an object. */
export interface Location {
  bucket: string
  /** Taken literally, not percent-decoded. */
  key: string
}

const S3_NAME = /^s3:\/\/([^/]*)(?:\/(.*))?$/is

/** The bucket and the rest of an `s3://` name; the rest may be empty. @throws BlpkError USAGE */
export function parsePrefix(name: string): Location {
  const [, bucket = '', key = ''] = S3_NAME.exec(name) ?? []
  if (bucket === '') throw usage(`'${name}' names no bucket (such as s3://bucket/name)`)
  return { bucket, key }
}

/** @throws BlpkError USAGE if the name is not that of an object */
export function parseLocation(name: string): Location {
  const location = parsePrefix(name)
  if (location.key === '' || location.key.endsWith('/'))
    throw usage(`'${name}' names no object (such as s3://bucket/name)`)
  return location
}

export function nameOf({ bucket, key }: Location): string {
  return `s3://${bucket}/${key}`
}

/** The location of an object in the form of request parameters. @throws BlpkError USAGE */
export function targetOf(name: string): { Bucket: string; Key: string } {
  const { bucket, key } = parseLocation(name)
  return { Bucket: bucket, Key: key }
}
