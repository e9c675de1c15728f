// Clients of the SDK, one for each set of settings.

import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { usage } from '../../core/errors.js'
import { shownUrl } from '../../core/redact.js'
import { DEFAULT_TIMEOUT } from '../../net/retry.js'
import type { PlaceSettings } from '../settings.js'
import { boundAnswers } from './bounded.js'

/** Stores that are told by their address care for no region, but a signature has one. */
const ANY_REGION = 'us-east-1'

/** The address of the service, where it is not that of AWS. @throws BlpkError USAGE where it is none */
export function endpointOf(settings: PlaceSettings): string | undefined {
  const { env } = process
  const ignored = env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true'
  const fromEnv = ignored ? undefined : env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL
  const endpoint = settings.s3Endpoint ?? (fromEnv || undefined)
  if (endpoint !== undefined && !/^https?:\/\/[^/]/i.test(endpoint))
    throw usage(`the S3 endpoint '${shownUrl(endpoint)}' is no address (such as https://host:9000)`)
  return endpoint
}

/** With an endpoint of its own, a store seldom has names for its buckets. */
function endpointConfig(settings: PlaceSettings): S3ClientConfig {
  const endpoint = endpointOf(settings)
  if (endpoint === undefined) return {}
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION
  return { endpoint, forcePathStyle: true, region: region ?? ANY_REGION }
}

/**
 * How the store checks what it gets: by CRC-32, which it keeps; or by MD5, where parts are copied too, whose
 * CRC-32 stores do not tell, or tell wrong (versitygw: that of the whole source).
 */
export type Integrity = 'crc32' | 'md5'

const clients = new Map<string, S3Client>()

/**
 * The client for some settings: credentials, region and profiles are those that every AWS tool uses.
 * Requests are tried again by us, not by it: it would take its own lost success for somebody else's.
 */
export function clientFor(settings: PlaceSettings, integrity: Integrity = 'crc32'): S3Client {
  const timeout = settings.timeout ?? DEFAULT_TIMEOUT
  const config = endpointConfig(settings)
  const key = `${timeout} ${integrity} ${config.endpoint}`
  const known = clients.get(key)
  if (known !== undefined) return known
  // Advice about versions of Node is for us, not for whoever packs a file.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const client = new S3Client({
    ...config,
    maxAttempts: 1,
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: timeout, socketTimeout: timeout },
    // Ranges have no checksums of their own, and every chunk has one of ours.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestChecksumCalculation: integrity === 'crc32' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })
  boundAnswers(client, timeout)
  clients.set(key, client)
  return client
}
