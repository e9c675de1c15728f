// Listings of unfinished uploads, page by page.

import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3'
import { retrying } from '../../net/retry.js'
import type { UnfinishedUpload } from '../object-store.js'
import { Pages } from '../pages.js'
import type { PlaceSettings } from '../settings.js'
import { clientFor } from './client.js'
import { s3Code, s3Error } from './errors.js'
import { nameOf, parsePrefix, targetOf } from './location.js'

/**
 * All unfinished uploads under a prefix, of any program.
 * @param prefix `s3://bucket/prefix`, or `s3://bucket` for all
 * @throws BlpkError NOT_FOUND, DENIED, NETWORK, USAGE; IO if the listing does not end
 */
export async function* listUploads(
  prefix: string,
  settings: PlaceSettings,
): AsyncGenerator<UnfinishedUpload> {
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
      const name = nameOf({ bucket, key: Key })
      const abort = (): Promise<void> => abortUpload(name, UploadId, settings)
      yield { name, uploadId: UploadId, begun: Initiated, abort }
    }
  }
}

/**
 * Aborts an upload and removes its parts. Does nothing if there is none.
 * @throws BlpkError DENIED, NETWORK
 */
async function abortUpload(name: string, uploadId: string, settings: PlaceSettings): Promise<void> {
  const command = new AbortMultipartUploadCommand({ ...targetOf(name), UploadId: uploadId })
  await retrying(settings, async () => {
    try {
      await clientFor(settings).send(command)
    } catch (error) {
      if (s3Code(error) !== 'NoSuchUpload') throw s3Error(error, 'abort the upload of', name)
    }
  })
}
