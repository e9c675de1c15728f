import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, expect, test } from 'vitest'
import { peersRequired } from './peer.js'
import { Relay } from './proxy.js'

const PROGRAM = join(
  import.meta.dirname,
  '..',
  '..',
  '.peers',
  'bin',
  process.platform === 'win32' ? 'versitygw.exe' : 'versitygw',
)
const ACCESS = 'blpk-test-access'
const SECRET = 'blpk-test-secret-7f3a'
export const BUCKET = 'bucket'

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Waits until somebody listens. */
export async function listening(port: number): Promise<void> {
  for (let i = 0; i < 500; i++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`nobody listens at ${port}`)
}

/** @returns undefined where it ends at once, such as on a file system that it cannot use */
async function spawnGateway(port: number, posix: readonly string[]): Promise<ChildProcess | undefined> {
  const env = { ...process.env, ROOT_ACCESS_KEY: ACCESS, ROOT_SECRET_KEY: SECRET }
  const args = ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', ...posix]
  const child = spawn(PROGRAM, args, { env, stdio: 'ignore' })
  const ended = once(child, 'exit').then(() => false)
  return (await Promise.race([listening(port).then(() => true), ended])) ? child : undefined
}

/** A versitygw of one's own over an empty directory, behind a proxy. */
export class S3Server {
  readonly proxy: Relay
  /** Talks to the server itself, past the proxy. */
  readonly client: S3Client
  readonly secret = SECRET
  /** Of the server itself. */
  readonly address: string
  readonly #child: ChildProcess
  readonly #directory: string

  private constructor(child: ChildProcess, directory: string, port: number, proxy: Relay) {
    this.#child = child
    this.#directory = directory
    this.proxy = proxy
    this.address = `http://127.0.0.1:${port}`
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
    this.client = new S3Client({
      endpoint: this.address,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: ACCESS, secretAccessKey: SECRET },
      // What tests put there and look at stays on this machine.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
  }

  static async start(): Promise<S3Server> {
    const directory = mkdtempSync(join(tmpdir(), 'blpk-s3-'))
    for (const name of ['data', 'side']) mkdirSync(join(directory, name))
    mkdirSync(join(directory, 'data', BUCKET))
    const port = await freePort()
    // Beside the data, ETags and data do not change in one step: that is for file systems without attributes.
    const beside = ['--sidecar', join(directory, 'side')]
    const child =
      (await spawnGateway(port, [join(directory, 'data')])) ??
      (await spawnGateway(port, [...beside, join(directory, 'data')]))
    if (child === undefined) throw new Error(`${PROGRAM} does not start`)
    return new S3Server(child, directory, port, await new Relay(port).start())
  }

  /** What a program must be told to talk to the server, through the proxy. */
  get env(): Record<string, string> {
    return {
      AWS_ACCESS_KEY_ID: ACCESS,
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_ENDPOINT_URL_S3: this.proxy.url,
      AWS_REGION: 'us-east-1',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    }
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: bytes }))
  }

  async get(key: string): Promise<Buffer> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))
    return Buffer.from((await Body?.transformToByteArray()) ?? [])
  }

  async metadata(key: string): Promise<Record<string, string>> {
    const { Metadata } = await this.client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }))
    return Metadata ?? {}
  }

  async exists(key: string): Promise<boolean> {
    return this.client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key })).then(
      () => true,
      () => false,
    )
  }

  /** All keys that begin with something. */
  async keys(prefix: string): Promise<string[]> {
    const { Contents } = await this.client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }))
    return (Contents ?? []).map(({ Key = '' }) => Key)
  }

  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }))
  }

  /** Uploads that were begun and neither completed nor given up. */
  async openUploads(): Promise<number> {
    const { Uploads } = await this.client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))
    return Uploads?.length ?? 0
  }

  stop(): void {
    this.proxy.stop()
    this.client.destroy()
    this.#child.kill()
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

/**
 * Starts the server, and adds a test that fails, or says in one line what was not checked, where there is none.
 * @param what what the tests that need it check
 */
export async function startS3(what: string): Promise<S3Server | undefined> {
  const server = existsSync(PROGRAM) ? await S3Server.start() : undefined
  afterAll(() => server?.stop())
  test('versitygw is there to test against', () => {
    if (peersRequired()) expect(server, `${PROGRAM} is missing; run: node scripts/setup-s3.mjs`).toBeDefined()
    else if (server === undefined) console.warn(`not checked, for want of versitygw: ${what}`)
  })
  return server
}
