// Listings of objects, page by page.

import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { retrying } from '../../net/retry.js'
import type { Listed } from '../object-store.js'
import { Pages } from '../pages.js'
import type { PlaceSettings } from '../settings.js'
import { clientFor } from './client.js'
import { s3Error } from './errors.js'
import { nameOf, parsePrefix } from './location.js'

/**
 * All objects under a prefix, in the order of the store.
 * @param prefix `s3://bucket/prefix`, or `s3://bucket` for all
 * @throws BlpkError NOT_FOUND, DENIED, NETWORK, USAGE; IO if the listing does not end
 */
export async function* listObjects(prefix: string, settings: PlaceSettings): AsyncGenerator<Listed> {
  const { bucket, key } = parsePrefix(prefix)
  const client = clientFor(settings)
  const pages = new Pages(prefix)
  let token: string | undefined
  let isMore = true
  while (isMore) {
    const input = { Bucket: bucket, Prefix: key, ...(token !== undefined && { ContinuationToken: token }) }
    const page = await retrying(settings, async () => {
      const { signal } = settings
      try {
        const options = signal === undefined ? {} : { abortSignal: signal }
        return await client.send(new ListObjectsV2Command(input), options)
      } catch (error) {
        signal?.throwIfAborted()
        throw s3Error(error, 'list', prefix)
      }
    })
    const { Contents = [], IsTruncated = false, NextContinuationToken: next } = page
    const names = Contents.map(({ Key = '' }) => Key)
    isMore = pages.count({ names, isTruncated: IsTruncated, next })
    token = next
    for (const { Key, Size } of Contents) {
      if (Key !== undefined) yield { name: nameOf({ bucket, key: Key }), size: Size ?? 0 }
    }
  }
}
