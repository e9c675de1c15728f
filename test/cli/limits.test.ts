import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sized, some } from '../support/long.js'
import { filesIn, noise, put, ramp, shell, tempDir } from './run.js'

const CONTAINERS = ['blp', 'b2frame', 'b2nd']
const isLinux = process.platform === 'linux'
const LIBRARY = new URL('../../dist/index.js', import.meta.url).href

/** Enough chunks for several threads. */
const big = (): Buffer => Buffer.concat([noise(sized(1, 3) * 1_000_000), ramp(sized(4, 20) * 1_000_000)])

describe.runIf(isLinux)('a limited address space', () => {
  // Node itself needs some 0.8 GB.
  test.each(some([4, 12, 20], 2))(
    'of %i GB is enough for every container, with threads',
    async (gb) => {
      const cwd = tempDir()
      put(cwd, 'a', big())
      for (const container of gb === 4 ? CONTAINERS : some(CONTAINERS, 1)) {
        const x = `x.${container}`
        const steps = [`c -c zstd -l 5 a ${x}`, `append --raw ${x} a`, `verify -q ${x}`, `d --raw ${x} out`]
        for (const step of steps) {
          const { code, err } = await shell(`ulimit -v ${gb}000000; blpk ${step}`, { cwd })
          expect([gb, step, code, err]).toEqual([gb, step, 0, ''])
        }
        expect(readFileSync(join(cwd, 'out')).length).toBe(2 * big().length)
        await shell('rm out', { cwd })
      }
    },
    120_000,
  )

  test('is passed on with arguments, descriptors, exit code and signal', async () => {
    const cwd = tempDir()
    put(cwd, 'a', ramp(1000))
    const limited = 'ulimit -v 8000000;'
    expect((await shell(`${limited} blpk c <(cat a) x.blp; blpk d -q x.blp - | cmp - a`, { cwd })).code).toBe(
      0,
    )
    expect((await shell(`${limited} blpk c missing`, { cwd })).code).toBe(1)
    expect((await shell(`${limited} blpk c a $'\\xe9.blp'`, { cwd })).code).toBe(2)
    const line = `${limited} mkfifo f; exec 8<> f; "$NODE" "$BLPK" c - y.blp < f & sleep 1; kill -TERM $!; wait $!`
    expect((await shell(line, { cwd })).code).toBe(143)
    expect(filesIn(cwd)).toEqual(['a', 'f', 'x.blp'])
  })

  test('that is too small for the library is said plainly', async () => {
    const cwd = tempDir()
    const script = `import('${LIBRARY}').then(({ compress }) => compress(new Uint8Array(1e6)))
      .catch((error) => console.log(error.code, error.message))`
    const { out } = await shell(`ulimit -v 8000000; "$NODE" -e "${script}"`, { cwd })
    expect(out.toString()).toMatch(/^NO_MEMORY not enough memory; ulimit -v allows 7812 MiB \(node --disable/)
    const better = await shell(`ulimit -v 8000000; "$NODE" --disable-wasm-trap-handler -e "${script}"`, {
      cwd,
    })
    expect([better.code, better.out.toString()]).toEqual([0, ''])
  })
})

test.runIf(isLinux)(
  'too few descriptors are no bug, and no reason to do without a lock',
  async () => {
    const cwd = tempDir()
    put(cwd, 'a', big())
    await shell('blpk c a x.blp', { cwd })
    for (const n of some([19, 20, 22, 26, 30], 3)) {
      for (const verb of ['c -f -c zstd a y.blp', 'append x.blp a', 'd -f x.blp y']) {
        const { code, err } = await shell(`ulimit -n ${n}; blpk ${verb}`, { cwd })
        expect([0, 1]).toContain(code)
        expect(err).not.toMatch(/bug|no-lock/)
        if (code === 1) expect(err).toMatch(/^blpk: error: .*too many open files/)
      }
    }
  },
  120_000,
)
