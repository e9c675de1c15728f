import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compress, decompress, SChunk } from '../../dist/index.js'
import { ALL, sized, some } from '../support/long.js'
import { sameBytes } from '../support/scratch.js'
import { blpk, filesIn, isPosix, noise, npy, put, ramp, shell, tempDir } from './run.js'

const isLinux = process.platform === 'linux'
const data = ramp(100_000)

/** The same with what is packed of them. */
async function archives(): Promise<string> {
  const cwd = place()
  await runs(cwd, 'c', 'a', 'a.blp')
  await runs(cwd, 'c', '--format', 'b2frame', 'a', 'a.b2frame')
  await runs(cwd, 'c', 'a.npy', 'a.b2nd')
  return cwd
}

function place(): string {
  const cwd = tempDir()
  put(cwd, 'a', data)
  put(cwd, 'a.npy', npy('<f4', [25_000], data))
  return cwd
}

/** Runs a line that must end well and say nothing. */
async function well(line: string, cwd: string): Promise<void> {
  const { code, err } = await shell(line, { cwd })
  expect([line, code, err]).toEqual([line, 0, ''])
}

/** Checks what is in an archive, by a run that has nothing to do with streams. */
async function holds(cwd: string, archive: string, expected: Buffer, ...options: string[]): Promise<void> {
  const { code, err } = await blpk(['d', '-f', '-e', ...options, archive, 'y'], { cwd })
  expect([archive, code, err]).toEqual([archive, 0, ''])
  expect(sameBytes(readFileSync(join(cwd, 'y')), expected)).toBe(true)
}

/** Runs a command that must end well and say nothing. */
async function runs(cwd: string, ...args: string[]): Promise<void> {
  const { code, err } = await blpk(args, { cwd })
  expect([args, code, err]).toEqual([args, 0, ''])
}

/** Runs a command that must not wait for anybody. @returns its exit code */
async function soon(line: string, cwd: string): Promise<number | null> {
  const outcome = ALL
    ? await shell(`timeout -s KILL 20 "$NODE" "$BLPK" ${line}`, { cwd })
    : await blpk(line.split(' '), { cwd })
  return outcome.code
}

describe.runIf(isLinux)('files whose size the system does not know', () => {
  test.each(['/proc/cpuinfo', '/proc/self/limits', '/sys/kernel/mm/transparent_hugepage/enabled'])(
    '%s is read to its end by every verb that takes plain input',
    async (file) => {
      if (!existsSync(file)) return
      const cwd = place()
      await well(`cat ${file} > copy`, cwd)
      const size = statSync(join(cwd, 'copy')).size
      for (const container of some(['blp', 'b2frame', 'b2nd'], 2)) {
        await runs(cwd, 'c', file, `x.${container}`)
        await runs(cwd, 'c', 'copy', `y.${container}`)
        await runs(cwd, 'append', '--raw', `x.${container}`, file)
        await runs(cwd, 'd', '--raw', `x.${container}`, `out.${container}`)
        expect(statSync(join(cwd, `out.${container}`)).size).toBeGreaterThanOrEqual(2 * size - 200)
        const { out } = await blpk(['verify', '-q', '--against', file, `y.${container}`], { cwd })
        if (!file.includes('cpuinfo')) expect(out.toString()).toBe('')
      }
      await well(`blpk c - z.blp < ${file}`, cwd)
      await runs(cwd, 'd', 'z.blp', 'z')
      expect(statSync(join(cwd, 'z')).size).toBeGreaterThan(0)
      await compress(file, join(cwd, 'lib.blp'))
      expect((await decompress(readFileSync(join(cwd, 'lib.blp')))).length).toBeGreaterThan(0)
    },
  )

  test('an empty file is one of no bytes', async () => {
    const cwd = place()
    put(cwd, 'empty', '')
    for (const container of ['blp', 'b2frame']) {
      await runs(cwd, 'c', 'empty', `e.${container}`)
      await holds(cwd, `e.${container}`, Buffer.alloc(0))
    }
  })
})

describe.runIf(isLinux)('descriptors', () => {
  test('outputs are streams, with -f too, and through links', async () => {
    const cwd = place()
    symlinkSync('/dev/stdout', join(cwd, 'mine'))
    symlinkSync('/proc/self/fd', join(cwd, 'all'))
    put(cwd, 'before', 'before')
    const names = ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1', '/dev/../dev/stdout', 'mine', 'all/1']
    const packing = ['c -f a', 'c --format b2frame -f a', 'c --format b2nd -f a.npy']
    // A stream by its name for the shell, and behind what is there already, which stays.
    const redirects = ['> x', '| cat > x', '>> x']
    for (const [i, name] of names.entries()) {
      for (const verb of sized([packing[i % 3]], packing)) {
        for (const redirect of sized(
          [redirects[i % 3], redirects[(i + 1 + Math.floor(i / 3)) % 3]],
          redirects,
        )) {
          const appends = redirect === '>> x'
          await well(`${appends ? 'cp before x; ' : ''}blpk ${verb} ${name} ${redirect}`, cwd)
          const bytes = readFileSync(join(cwd, 'x'))
          if (appends) expect(bytes.subarray(0, 6).toString()).toBe('before')
          if (appends) put(cwd, 'x', bytes.subarray(6))
          await holds(cwd, 'x', data, '--raw')
          rmSync(join(cwd, 'x'))
        }
      }
      expect(lstatSync('/dev/stdout').isSymbolicLink()).toBe(true)
    }
  }, 240_000)

  test('what is unpacked, repaired, converted or joined goes into streams too', async () => {
    const cwd = await archives()
    const unpacking = [
      'd -f a.blp',
      'd -f a.b2frame',
      'd --raw -f a.b2nd',
      'd -f --bytes 0: a.blp',
      'd -q --salvage -f a.blp',
    ]
    const streams = ['/dev/fd/7 7> x', '/dev/stderr 2> x', '/proc/self/fd/1 > x', '>(cat > x); sleep 0.2']
    for (const [i, verb] of unpacking.entries()) {
      for (const stream of sized([streams[i % 4]], streams))
        await well(`blpk ${verb} ${stream}; cmp x a`, cwd)
    }
    for (const [i, verb] of [
      'repair -f a.blp',
      'convert --format blp -f a.blp',
      'convert --format b2frame -f a.blp',
    ].entries()) {
      const streams = ['/dev/stdout -q > x', '/dev/fd/9 -q 9> x']
      for (const stream of sized([streams[i % 2]], streams)) {
        await well(`blpk ${verb} ${stream}`, cwd)
        await holds(cwd, 'x', data)
      }
    }
    await well('blpk concat -f /dev/fd/9 a.blp a.blp 9> x', cwd)
    await holds(cwd, 'x', Buffer.concat([data, data]))
  }, 240_000)

  test.runIf(process.platform === 'linux')("Node's own pipes are not open to anybody", async () => {
    const cwd = place()
    for (const fd of [4, 5, 6, 8]) {
      const lines = [`info /dev/fd/${fd}`, `c -f /dev/fd/${fd} x.blp`, `d -f a /dev/fd/${fd}`]
      for (const line of some(lines, 2)) {
        const { code, err } = await shell(`exec "$NODE" "$BLPK" ${line}`, { cwd })
        expect([line, code]).toEqual([line, expect.any(Number)])
        expect([line, code === 0]).toEqual([line, false])
        expect(err).not.toContain('bug in blpk')
      }
    }
    // A pipe that was handed on twice has one end here.
    await well('cat a | blpk c -f /dev/fd/3 x.blp 3<&0; blpk d x.blp -f y; cmp y a', cwd)
  })

  test('inputs are streams too', async () => {
    const cwd = await archives()
    const packs = async (line: string, ...pieces: Buffer[]): Promise<void> => {
      await well(line, cwd)
      await holds(cwd, 'x.blp', Buffer.concat(pieces))
    }
    for (const name of some(['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'], 2)) {
      await packs(`blpk c -f ${name} x.blp < a`, data)
      await packs(`cat a | blpk c -f ${name} x.blp`, data)
      await well(`cat a.blp | blpk d -f -e ${name} y; cmp y a`, cwd)
      await well(`cat a.b2frame | blpk d -f -e ${name} y; cmp y a`, cwd)
      await packs(`cat a | blpk append x.blp ${name}`, data, data)
      await well(`cat a.blp | blpk verify -q ${name}; blpk info ${name} < a.blp > info`, cwd)
    }
    await packs('blpk c -f <(cat a) x.blp', data)
    await packs('blpk append x.blp <(cat a) <(cat a)', data, data, data)
    await well('blpk verify -q --against <(cat a a a) x.blp', cwd)
    await well('blpk d -f -e <(cat a.blp) y; cmp y a; blpk d -f -e <(cat a.b2frame) y; cmp y a', cwd)
    await packs('blpk c -f /dev/fd/5 x.blp 5< a', data)
  }, 60_000)

  test('devices and pipes stay what they are, and no directory takes their place', async () => {
    const cwd = place()
    await well('mkfifo f; cat f > x & blpk c -f a f; wait; blpk d -e x y; cmp y a', cwd)
    for (const output of ['f', '/dev/null', '/dev/stdout', '/dev/fd/1']) {
      const { code } = await blpk(['c', '-f', '--sparse', '--format', 'b2frame', 'a', output], { cwd })
      expect(code).toBe(2)
    }
    const s = await SChunk.create()
    await expect(s.save(join(cwd, 'f'), { sparse: true, overwrite: true })).rejects.toMatchObject({
      code: 'IO',
    })
    expect(statSync(join(cwd, 'f')).isFIFO()).toBe(true)
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
    await compress(join(cwd, 'a'), '/dev/null', { overwrite: true })
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })
})

describe.runIf(isPosix)('a sparse frame', () => {
  /** @returns the directory of a frame with three chunks of 100K */
  async function frame(): Promise<string> {
    const cwd = tempDir()
    put(cwd, 'r', noise(300_000))
    expect((await blpk(['c', '--sparse', '-z', '100K', '--format', 'b2frame', 'r', 's'], { cwd })).code).toBe(
      0,
    )
    return cwd
  }

  const VERBS = ['d -f s o', 'verify s', 'repair -f s rr', 'convert -f s t.b2frame', 'info --chunks s']

  test.each<[string, string]>([
    ['a pipe', 'rm s/00000001.chunk; mkfifo s/00000001.chunk'],
    ['a directory', 'rm s/00000001.chunk; mkdir s/00000001.chunk'],
    ['a device', 'rm s/00000001.chunk; ln -s /dev/zero s/00000001.chunk'],
    ['a link out of it', 'mv s/00000001.chunk x; ln -s ../x s/00000001.chunk'],
  ])(
    'with %s for a chunk is refused at once',
    async (_, line) => {
      const cwd = await frame()
      execFileSync('bash', ['-c', line], { cwd })
      for (const verb of VERBS) {
        const code = await soon(verb, cwd)
        expect([verb, code]).toEqual([verb, 3])
      }
      expect(filesIn(cwd)).not.toContain('o')
      const s = await SChunk.open(join(cwd, 's'))
      await expect(s.decompressChunk(1)).rejects.toMatchObject({ code: 'DAMAGED' })
      expect((await s.decompressChunk(0)).length).toBe(102_400)
    },
    60_000,
  )

  test.each([
    'mv s/chunks.b2frame x; ln -s ../x s/chunks.b2frame',
    'rm s/chunks.b2frame; mkfifo s/chunks.b2frame',
  ])(
    'whose description is not a file of its own is refused: %s',
    async (line) => {
      const cwd = await frame()
      execFileSync('bash', ['-c', line], { cwd })
      for (const verb of VERBS) {
        const code = await soon(verb, cwd)
        expect([1, 2, 3]).toContain(code)
      }
      await expect(SChunk.open(join(cwd, 's'))).rejects.toMatchObject({ name: 'BlpkError' })
    },
    60_000,
  )

  test('with a link to another file of its own, or behind a link, is read', async () => {
    const cwd = await frame()
    execFileSync('bash', ['-c', 'mv s/00000001.chunk s/x; ln -s x s/00000001.chunk; ln -s s t'], { cwd })
    await well('blpk d -f -e t o; cmp o r', cwd)
  })
})

test.runIf(isPosix)('a pipe in the place of a journal or an archive keeps nobody waiting', async () => {
  const cwd = place()
  await well('blpk c a a.blp; mkfifo a.blp.blpk-journal', cwd)
  for (const verb of ['d -f a.blp o', 'verify a.blp', 'info a.blp', 'append a.blp a']) {
    const code = await soon(verb, cwd)
    expect(code).toBeLessThan(2)
  }
  await well('rm -f a.blp.blpk-journal* f.blp; mkfifo f.blp', cwd)
  for (const verb of ['append f.blp a', 'meta set f.blp k 1']) {
    const code = await soon(verb, cwd)
    expect([verb, code]).toEqual([verb, 1])
  }
})

describe.runIf(isLinux)('arguments that are not UTF-8', () => {
  test('are refused for every verb, and no other file is touched', async () => {
    const cwd = place()
    await well("blpk c a a.blp; cp a $'in\\xe9'; cp a.blp $'in\\xe9.blp'", cwd)
    mkdirSync(join(cwd, 'in\ufffd.blp.d'))
    writeFileSync(join(cwd, 'in\ufffd'), 'other')
    const before = filesIn(cwd)
    for (const line of [
      "c a $'x\\xe9.blp'",
      "c $'in\\xe9'",
      "c $'in\\xe9' y.blp",
      "d $'in\\xe9.blp' y",
      "d a.blp $'x\\xe9'",
      "info a.blp $'in\\xe9.blp'",
      "append $'in\\xe9.blp' a",
      "append a.blp $'in\\xe9'",
      "verify $'in\\xe9.blp'",
      "repair a.blp $'in\\xe9.blp.d/x'",
      "concat $'x\\xe9.blp' a.blp",
      "convert a.blp $'x\\xe9.b2nd'",
      "meta set a.blp k $'x\\xe9'",
      "clean $'in\\xe9.blp.d'",
    ]) {
      const { code, err } = await shell(`"$NODE" "$BLPK" -f ${line}`, { cwd })
      expect([line, code]).toEqual([line, 2])
      expect(err).toContain('is not UTF-8')
    }
    expect(filesIn(cwd)).toEqual(before)
  }, 60_000)

  test('but a name with U+FFFD is one like any other, and so is a directory that is not UTF-8', async () => {
    const cwd = place()
    await well(`blpk c a 'x\ufffd.blp'; blpk d 'x\ufffd.blp' 'y\ufffd'; cmp a 'y\ufffd'`, cwd)
    await well(
      "mkdir $'d\\xe9'; cp a $'d\\xe9'; cd $'d\\xe9'; blpk c a a.blp; blpk append a.blp a; blpk info a.blp > i; blpk d -f a.blp b",
      cwd,
    )
  })

  test('a link to such a name is followed or refused, never to another name', async () => {
    const cwd = place()
    await well(
      "blpk c a x.blp; mv x.blp $'n\\xe9.blp'; ln -s $'n\\xe9.blp' l.blp; ln -s $'m\\xe9.blp' dangling",
      cwd,
    )
    writeFileSync(join(cwd, 'n\ufffd.blp'), 'other')
    const before = filesIn(cwd)
    expect((await blpk(['d', 'l.blp', 'out'], { cwd })).code).toBe(2)
    expect((await blpk(['c', 'a', 'dangling'], { cwd })).code).toBe(2)
    expect(filesIn(cwd)).toEqual(before)
  })
})
