import { ListMultipartUploadsCommand, type ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3'
import { retrying } from '../../net/retry.js'
import type { PlaceSettings } from '../settings.js'
import { clientFor } from './client.js'
import { s3Error } from './errors.js'
import { nameOf, parseLocation, parsePrefix } from './location.js'
import { S3Object } from './object.js'
import { Pages } from './pages.js'

/** An upload that was begun, and neither finished nor given up: it goes on, or whoever made it was killed. */
export interface LeftUpload {
  /** What it was to become, as `s3://bucket/key`. */
  name: string
  uploadId: string
  begun: Date
}

/**
 * All unfinished uploads under a prefix, of whatever program.
 * @param prefix as `s3://bucket/prefix`, or `s3://bucket` for all
 * @throws BlpkError NOT_FOUND, DENIED, NETWORK, USAGE; IO where the list does not end
 */
export async function* listUploads(prefix: string, settings: PlaceSettings): AsyncGenerator<LeftUpload> {
  const { bucket, key } = parsePrefix(prefix)
  const client = clientFor(settings)
  const pages = new Pages(prefix)
  let next: { KeyMarker?: string; UploadIdMarker?: string } = {}
  let isMore = true
  while (isMore) {
    const input = { Bucket: bucket, Prefix: key, ...next }
    const page: ListMultipartUploadsCommandOutput = await retrying(settings, async () => {
      const { signal } = settings
      try {
        const options = signal === undefined ? {} : { abortSignal: signal }
        return await client.send(new ListMultipartUploadsCommand(input), options)
      } catch (error) {
        signal?.throwIfAborted()
        throw s3Error(error, 'list the uploads of', prefix)
      }
    })
    const { Uploads = [], IsTruncated = false, NextKeyMarker, NextUploadIdMarker } = page
    const marker = NextKeyMarker && `${NextKeyMarker}\n${NextUploadIdMarker ?? ''}`
    const names = Uploads.map(({ Key = '', UploadId = '' }) => Key + UploadId)
    isMore = pages.count({ names, isTruncated: IsTruncated, next: marker })
    next = {
      ...(NextKeyMarker !== undefined && { KeyMarker: NextKeyMarker }),
      ...(NextUploadIdMarker !== undefined && { UploadIdMarker: NextUploadIdMarker }),
    }
    for (const { Key, UploadId, Initiated } of Uploads) {
      if (Key === undefined || UploadId === undefined || Initiated === undefined) continue
      yield { name: nameOf({ bucket, key: Key }), uploadId: UploadId, begun: Initiated }
    }
  }
}

/** Gives an upload up, and its parts with it. @throws BlpkError DENIED, NETWORK */
export async function giveUpUpload({ name, uploadId }: LeftUpload, settings: PlaceSettings): Promise<void> {
  await new S3Object(parseLocation(name), settings).abort(uploadId, settings)
}
