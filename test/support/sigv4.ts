import { createHash, createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=/

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function canonicalQuery(query: string): string {
  const pairs = query.split('&').map((pair) => (pair.includes('=') ? pair : `${pair}=`))
  return query === '' ? '' : pairs.sort().join('&')
}

/**
 * The headers of a signed request without some of them, signed again (Signature Version 4, in a header), so that
 * a server takes it for what the client sent.
 */
export function withoutHeaders(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  dropped: readonly string[],
  secret: string,
): IncomingHttpHeaders {
  const [, id, day = '', region = '', names = ''] = AUTHORIZATION.exec(headers.authorization ?? '') ?? []
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.includes(name)))
  const signed = names.split(';').filter((name) => !dropped.includes(name))
  const [path = '/', query = ''] = url.split('?')
  const lines = signed.map((name) => `${name}:${String(kept[name] ?? '').trim()}\n`).join('')
  const hash = String(kept['x-amz-content-sha256'])
  const canonical = [method, path, canonicalQuery(query), lines, signed.join(';'), hash].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const digest = createHash('sha256').update(canonical).digest('hex')
  const text = ['AWS4-HMAC-SHA256', kept['x-amz-date'], scope, digest].join('\n')
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`)
  const signature = hmac(key, text).toString('hex')
  const credential = `Credential=${id}/${scope}, SignedHeaders=${signed.join(';')}, Signature=${signature}`
  return { ...kept, authorization: `AWS4-HMAC-SHA256 ${credential}` }
}
