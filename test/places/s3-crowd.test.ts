import { spawn } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { compress, decompress } from '../../dist/index.js'
import { BLPK, blpk, filesIn, put, tempDir } from '../cli/run.js'
import { sized } from '../support/long.js'
import { BUCKET, startS3 } from '../support/s3-server.js'

/** All of it: BLPK_CROWD_ROUNDS=10 npx vitest run test/places/s3-crowd.test.ts */
const ROUNDS = Number(process.env.BLPK_CROWD_ROUNDS ?? sized(1, 2))
const KILL_ROUNDS = Number(process.env.BLPK_CROWD_ROUNDS ?? 1)
const WRITERS = sized(4, 20)
const RECORD = 1000
const LARGE_RECORD = 300_000
const MINUTES = 60_000
const MOST_KILLS = 3

const server = await startS3('many processes that append to one object of s3:// at once')

interface Ended {
  code: number | null
  err: string
}

/** Early ones and late ones: with so many at once a run takes a second to start, and some to get its turn. In ms. */
function killTime(): number {
  return sized(300, 500) + Math.random() ** 2 * sized(3000, 12_000)
}

describe.skipIf(server === undefined)('a crowd', () => {
  if (server === undefined) return

  function start(args: readonly string[], killAfter?: number): Promise<Ended> {
    const env = { ...process.env, ...server?.env, AWS_ENDPOINT_URL_S3: server?.address }
    const child = spawn(process.execPath, [BLPK, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let err = ''
    child.stderr.on('data', (piece: Buffer) => {
      err += piece.toString()
    })
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter)
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => {
        clearTimeout(timer)
        resolve({ code, err })
      })
    })
  }

  const at = (key: string): string => `s3://${BUCKET}/${key}`
  const tagOf = (round: number, writer: number): string => `r${round}-w${writer};`
  const allTags = (rounds: number): string[] =>
    Array.from({ length: rounds * WRITERS }, (_, i) => tagOf(Math.floor(i / WRITERS), i % WRITERS)).sort()

  async function archive(key: string, nbytes: number): Promise<void> {
    const metadata = JSON.stringify({ room: 'x'.repeat(2000) })
    // Stored, so that it is as large in the store.
    const o = { typesize: 1, threads: 1, level: 0, maxAppChunks: 1000, metadata }
    await server?.put(key, await compress(Buffer.alloc(nbytes, 'first;'), o))
  }

  /** The tags of the records, in the order in which they were appended. */
  async function tagsIn(key: string, first: number, record: number): Promise<string[]> {
    const bytes = Buffer.from(await decompress((await server?.get(key)) ?? Buffer.alloc(0), { threads: 1 }))
    expect(bytes.subarray(0, first).equals(Buffer.alloc(first, 'first;'))).toBe(true)
    const tags: string[] = []
    for (let at = first; at < bytes.length; at += record) {
      const tag = bytes.subarray(at, bytes.indexOf(';', at) + 1).toString()
      expect(bytes.subarray(at, at + record).equals(Buffer.alloc(record, tag))).toBe(true)
      tags.push(tag)
    }
    return tags
  }

  test(`${WRITERS} processes append to one object at once`, { timeout: ROUNDS * 2 * MINUTES }, async () => {
    const directory = tempDir()
    await archive('crowd.blp', RECORD)
    const began = performance.now()
    for (let round = 0; round < ROUNDS; round++) {
      const ended = await Promise.all(
        Array.from({ length: WRITERS }, (_, writer) => {
          const tag = tagOf(round, writer)
          return start([
            'append',
            '-n',
            '1',
            '-t',
            '1',
            at('crowd.blp'),
            put(directory, tag, Buffer.alloc(RECORD, tag)),
          ])
        }),
      )
      expect(ended.filter(({ code, err }) => code !== 0 || err !== '')).toEqual([])
    }
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    expect((await tagsIn('crowd.blp', RECORD, RECORD)).sort()).toEqual(allTags(ROUNDS))
    process.stdout.write(`${ROUNDS * WRITERS} appends to an object there, each once, in ${seconds} s\n`)
  })

  test('they are killed at random and run again', { timeout: KILL_ROUNDS * 3 * MINUTES }, async () => {
    const directory = tempDir()
    // Large enough for uploads in parts, with the middle copied.
    const first = 12 * 2 ** 20
    await archive('killed.blp', first)
    let kills = 0
    const job = async (round: number, writer: number): Promise<void> => {
      const tag = tagOf(round, writer)
      const input = put(directory, tag, Buffer.alloc(LARGE_RECORD, tag))
      const args = ['append', '-n', '1', '-t', '1', '-l', '0', '--append-id', tag, at('killed.blp'), input]
      for (let left = MOST_KILLS; ; left--) {
        const { code, err } = await start(args, left > 0 ? killTime() : undefined)
        if (code === 0) return
        expect([code, err]).toEqual([null, ''])
        kills++
      }
    }
    for (let round = 0; round < KILL_ROUNDS; round++)
      await Promise.all(Array.from({ length: WRITERS }, (_, writer) => job(round, writer)))
    expect((await tagsIn('killed.blp', first, LARGE_RECORD)).sort()).toEqual(allTags(KILL_ROUNDS))
    expect(kills).toBeGreaterThan(0)
    const left = (await server.openUploads()) ?? 0
    const clean = (...more: string[]) => blpk(['clean', ...more, at('')], { env: server.env })
    const kept = left === 0 ? '' : `, ${left} younger one${left === 1 ? '' : 's'} kept`
    expect((await clean()).out.toString()).toBe(`0 unfinished uploads aborted${kept}\n`)
    expect(JSON.parse((await clean('--json', '--dry-run', '--older-than', '0s')).out.toString()).length).toBe(
      left,
    )
    expect(await server.openUploads()).toBe(left)
    expect((await clean('--older-than', '0s')).out.toString()).toMatch(
      new RegExp(`(^|\n)${left} unfinished uploads? aborted\n$`),
    )
    expect(await server.openUploads()).toBe(0)
    expect(filesIn(directory).length).toBe(KILL_ROUNDS * WRITERS)
    process.stdout.write(`${kills} kills, ${left} uploads left and cleaned: each append there once\n`)
  })
})
