// How S3 lets uploads be cut into parts.

import type { PartLimits } from '../object-store.js'

export const LIMITS: PartLimits = {
  least: 5 * 2 ** 20,
  usual: 8 * 2 ** 20,
  // S3 takes 5 GiB, but one request from here less than 2 GiB.
  most: 2 ** 31 - 2 ** 20,
  copied: 2 ** 30,
  count: 10_000,
}
