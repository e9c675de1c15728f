import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A web server for one test. @returns its address */
export async function webServer(handler: RequestListener): Promise<string> {
  const http = createServer(handler)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    http.close()
    http.closeAllConnections()
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

/** The range that a request asks for, cut to what there is. */
export function askedRange(req: IncomingMessage, size: number): [start: number, stop: number] | undefined {
  const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(req.headers.range ?? '') ?? []
  return start === undefined ? undefined : [Number(start), Math.min(size, Number(last) + 1)]
}

/** An answer before it is sent, for tests that make it a wrong one. */
export interface Draft {
  status: number
  headers: Record<string, string | number>
  body: Uint8Array
}

/** What a server that answers ranges says. */
export function draft(req: IncomingMessage, bytes: Uint8Array, headers: Record<string, string> = {}): Draft {
  const range = askedRange(req, bytes.length)
  if (range === undefined)
    return { status: 200, headers: { ...headers, 'content-length': bytes.length }, body: bytes }
  const [start, stop] = range
  const contentRange = `bytes ${start}-${stop - 1}/${bytes.length}`
  return {
    status: 206,
    headers: { ...headers, 'content-range': contentRange, 'content-length': stop - start },
    body: bytes.subarray(start, stop),
  }
}

export function send(res: ServerResponse, { status, headers, body }: Draft): void {
  res.writeHead(status, headers).end(body)
}
