// SDK clients, one for each set of settings.

import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { usage } from '../../core/errors.js'
import { shownUrl } from '../../core/redact.js'
import { DEFAULT_TIMEOUT } from '../../net/retry.js'
import type { PlaceSettings } from '../settings.js'
import { boundAnswers } from './bounded.js'

/** Stores with a custom endpoint ignore the region, but signatures need one. */
const ANY_REGION = 'us-east-1'

/** The custom endpoint, if there is one. @throws BlpkError USAGE if it is invalid */
export function endpointOf(settings: PlaceSettings): string | undefined {
  const { env } = process
  const ignored = env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true'
  const fromEnv = ignored ? undefined : env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL
  const endpoint = settings.s3Endpoint ?? (fromEnv || undefined)
  if (endpoint !== undefined && !/^https?:\/\/[^/]/i.test(endpoint))
    throw usage(`the S3 endpoint '${shownUrl(endpoint)}' is not a valid URL (such as https://host:9000)`)
  return endpoint
}

/** Stores with a custom endpoint seldom support bucket host names. */
function endpointConfig(settings: PlaceSettings): S3ClientConfig {
  const endpoint = endpointOf(settings)
  if (endpoint === undefined) return {}
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION
  return { endpoint, forcePathStyle: true, region: region ?? ANY_REGION }
}

/**
 * How the store checks uploads: by CRC-32, which it keeps; or by MD5 if parts are also copied, because stores
 * do not report the CRC-32 of copies, or report a wrong one (versitygw: that of the whole source).
 */
export type Integrity = 'crc32' | 'md5'

const clients = new Map<string, S3Client>()

/**
 * The client for some settings. Credentials, region and profiles are those of all AWS tools. The SDK does not
 * retry: it would take its own lost success for a write of another process.
 */
export function clientFor(settings: PlaceSettings, integrity: Integrity = 'crc32'): S3Client {
  const timeout = settings.timeout ?? DEFAULT_TIMEOUT
  const config = endpointConfig(settings)
  const key = `${timeout} ${integrity} ${config.endpoint}`
  const known = clients.get(key)
  if (known !== undefined) return known
  // Node version warnings of the SDK are of no use to users.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const client = new S3Client({
    ...config,
    maxAttempts: 1,
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: timeout, socketTimeout: timeout },
    // Ranges have no checksums, and every chunk has its own.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestChecksumCalculation: integrity === 'crc32' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })
  boundAnswers(client, timeout)
  clients.set(key, client)
  return client
}
