// The places that the suite of places runs over.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { type ObjectStore, registerPlace } from '../../../dist/index.js'
import { BUCKET, type S3Server } from '../../support/s3-server.js'
import { draft } from '../../support/web-server.js'
import { MemoryStore } from '../toys/memory-store.js'

/** A place to test, and what it can do. */
export interface TestPlace {
  /** How the suite calls it. */
  what: string
  /** What names in it start with. */
  base: string
  /** Puts bytes there past the program, and looks what is there. */
  seed(name: string, bytes: Uint8Array): Promise<void>
  look(name: string): Promise<Uint8Array | undefined>
  /** Is it only read from? */
  onlyRead?: boolean
  /** Of a store: bytes that take three parts. */
  parts?: number
}

export function memoryPlace(): TestPlace {
  const store: ObjectStore & MemoryStore = new MemoryStore()
  registerPlace({ schemes: ['mem'], store: () => store })
  return {
    what: 'a store in memory, registered by its user',
    base: 'mem://box/',
    parts: 3 * store.limits.usual,
    seed: async (name, bytes) => void (await store.put(name, bytes, { metadata: {} }, {})),
    look: async (name) => store.objects.get(name)?.bytes,
  }
}

export function s3Place(server: S3Server): TestPlace {
  Object.assign(process.env, server.env)
  const keyOf = (name: string): string => name.slice(`s3://${BUCKET}/`.length)
  return {
    what: 'S3',
    base: `s3://${BUCKET}/box/`,
    parts: 24 * 2 ** 20,
    seed: (name, bytes) => server.put(keyOf(name), bytes),
    look: async (name) => ((await server.exists(keyOf(name))) ? server.get(keyOf(name)) : undefined),
  }
}

export function filePlace(directory: string): TestPlace {
  return {
    what: 'files',
    base: `${directory}/`,
    seed: async (name, bytes) => {
      mkdirSync(dirname(name), { recursive: true })
      writeFileSync(name, bytes)
    },
    look: async (name) => (existsSync(name) ? readFileSync(name) : undefined),
  }
}

/** A web server over files. */
export async function httpPlace(): Promise<TestPlace & { server: Server }> {
  const files = new Map<string, Uint8Array>()
  const server = createServer((req, res) => {
    const bytes = files.get(req.url ?? '')
    if (bytes === undefined) return void res.writeHead(404).end()
    const { status, headers, body } = draft(req, bytes, { etag: '"1"' })
    res.writeHead(status, headers).end(req.method === 'HEAD' ? undefined : body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const pathOf = (name: string): string => new URL(name).pathname
  return {
    what: 'web servers',
    base,
    server,
    onlyRead: true,
    seed: async (name, bytes) => void files.set(pathOf(name), bytes),
    look: async (name) => files.get(pathOf(name)),
  }
}

/** The folder of the toys. */
export const TOYS = join(import.meta.dirname, '..', 'toys')
