// The limits of S3 on multipart uploads.

import type { PartLimits } from '../object-store.js'

export const LIMITS: PartLimits = {
  least: 5 * 2 ** 20,
  usual: 8 * 2 ** 20,
  // S3 allows 5 GiB, but a single request from here less than 2 GiB.
  most: 2 ** 31 - 2 ** 20,
  copied: 2 ** 30,
  count: 10_000,
}
