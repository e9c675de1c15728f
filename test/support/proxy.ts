import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that went through, with what came back. */
export interface Seen {
  method: string
  url: string
  headers: Record<string, string | string[] | undefined>
  /** Bytes of the bodies. */
  sent: number
  received: number
  status: number
}

/** What to do to a request instead of only passing it on. */
export type Fault =
  /** Answer this and ask nobody. */
  | { kind: 'answer'; status: number; body?: string; headers?: Record<string, string> }
  /** Close the connection before anything is passed on, at once or when so many bytes came. */
  | { kind: 'drop'; after?: number }
  /** Let the server do it, and close the connection without an answer. */
  | { kind: 'lose' }
  /** Close the connection after so many bytes of the answer. */
  | { kind: 'cut'; after: number }
  /** Let the answer end properly after so many bytes, as if that were all. */
  | { kind: 'shorten'; after: number }
  /** Answer nothing, ever. */
  | { kind: 'hang' }

/** Decides about a request; called when its head is there. */
export type Mischief = (
  method: string,
  url: string,
  headers: IncomingMessage['headers'],
) => Fault | undefined | Promise<Fault | undefined>

/** Stands between a client and a server: writes down what goes through, and does mischief where it is told to. */
export class Relay {
  readonly seen: Seen[] = []
  mischief: Mischief = () => undefined
  /** Gives the headers that are passed on; `reset` leaves it. */
  rewrite: (method: string, url: string, headers: IncomingHttpHeaders) => IncomingHttpHeaders = (_m, _u, h) =>
    h
  readonly #server: Server
  readonly #port: number

  constructor(port: number) {
    this.#port = port
    this.#server = createServer((req, res) => {
      this.#handle(req, res).catch(() => res.destroy())
    })
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Forgets what went through, and does no more mischief. */
  reset(): void {
    this.seen.length = 0
    this.mischief = () => undefined
  }

  /** Requests of a method whose address has a piece of text in it. */
  requests(method: string, part = ''): Seen[] {
    return this.seen.filter((seen) => seen.method === method && seen.url.includes(part))
  }

  /** Bytes of all bodies, both ways. */
  get moved(): number {
    return this.seen.reduce((sum, { sent, received }) => sum + sent + received, 0)
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = req
    const seen: Seen = { method, url, headers, sent: 0, received: 0, status: 0 }
    this.seen.push(seen)
    const fault = await this.mischief(method, url, headers)
    if (fault?.kind === 'hang') return
    const most = fault?.kind === 'drop' ? (fault.after ?? 0) : Number.POSITIVE_INFINITY
    const body: Buffer[] = []
    for await (const piece of most > 0 ? req : []) {
      body.push(piece as Buffer)
      seen.sent += (piece as Buffer).length
      if (seen.sent >= most) break
    }
    if (fault?.kind === 'drop') {
      res.destroy()
      return
    }
    if (fault?.kind === 'answer') {
      seen.status = fault.status
      res.writeHead(fault.status, fault.headers ?? {}).end(fault.body ?? '')
      return
    }
    await this.#pass(req, res, Buffer.concat(body), seen, fault)
  }

  #pass(req: IncomingMessage, res: ServerResponse, body: Buffer, seen: Seen, fault?: Fault): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: this.#port,
        method: req.method,
        path: req.url,
        headers: this.rewrite(req.method ?? 'GET', req.url ?? '/', req.headers),
      }
      const up = request(options, (answer) => {
        seen.status = answer.statusCode ?? 0
        this.#answer(answer, res, seen, fault).then(resolve, reject)
      })
      up.on('error', reject)
      up.end(body)
    })
  }

  async #answer(answer: IncomingMessage, res: ServerResponse, seen: Seen, fault?: Fault): Promise<void> {
    if (fault?.kind === 'lose') {
      for await (const _ of answer);
      res.destroy()
      return
    }
    const headers = { ...answer.headers }
    if (fault?.kind === 'shorten') headers['content-length'] = String(fault.after)
    res.writeHead(seen.status, headers)
    const closed = once(res, 'close')
    const most = fault?.kind === 'cut' || fault?.kind === 'shorten' ? fault.after : Number.POSITIVE_INFINITY
    for await (const piece of answer) {
      const part = (piece as Buffer).subarray(0, Math.max(0, most - seen.received))
      seen.received += part.length
      if (!res.write(part)) await Promise.race([once(res, 'drain'), closed])
      if (res.destroyed) return
      if (seen.received >= most) break
    }
    if (fault?.kind === 'cut') {
      // What was written must leave before the end does.
      await new Promise((resolve) => setTimeout(resolve, 20))
      res.destroy()
    } else res.end()
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

/** Does a fault to the first `times` requests that are meant. */
export function times(
  count: number,
  meant: (method: string, url: string) => boolean,
  fault: Fault,
): Mischief {
  let left = count
  return (method, url) => (left > 0 && meant(method, url) && left-- > 0 ? fault : undefined)
}
