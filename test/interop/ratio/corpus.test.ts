// Compression ratios beside C-Blosc and C-Blosc2: each data set meets a few settings. The folder ratio takes all of them.

import { expect, test } from 'vitest'
import { MADE } from '../../support/corpus/made.js'
import { realArrays } from '../../support/corpus/real.js'
import { startPeer } from '../../support/peer.js'
import { Comparison } from '../../support/ratio/cases.js'
import { expectAsGood } from '../../support/ratio/compare.js'
import { CODECS, FORMATS, LEVELS, type Setting, SHUFFLES, settingAt } from '../../support/ratio/settings.js'
import { scratchDirectory } from '../../support/scratch.js'

const peer = await startPeer('compression ratios against C-Blosc and C-Blosc2')
const directory = scratchDirectory()
const sets = [...MADE, ...realArrays()]
/** How many settings each data set takes, and how many of its bytes. */
const EACH = 2
const MOST = 2 ** 17

/** Some settings, whose turn it is. */
function settingsFor(i: number, typesize: number): Setting[] {
  const settings = Array.from({ length: EACH }, (_, k) => settingAt(EACH * i + k, typesize))
  return settings.map((setting) => ({ ...setting, most: Math.min(setting.most, MOST - (MOST % typesize)) }))
}

test('each codec meets each level, shuffle and block size', () => {
  const met = MADE.flatMap(({ typesize }, i) => settingsFor(i, typesize))
  const pairs = (values: (setting: Setting) => unknown) =>
    new Set(met.filter(({ level }) => level > 0).map((setting) => `${setting.codec} ${values(setting)}`)).size
  expect(pairs(({ level }) => level)).toBe(CODECS.length * LEVELS.length)
  expect(pairs(({ shuffle }) => shuffle)).toBe(CODECS.length * SHUFFLES.length)
  expect(pairs(({ blocks }) => blocks)).toBe(CODECS.length * FORMATS.length)
})

if (peer !== undefined) {
  sets.forEach((set, i) => {
    test(`${set.name}: packed as small as by C-Blosc`, async () => {
      const settings = settingsFor(i, set.typesize)
      expectAsGood(await new Comparison(peer, directory, set, settings).cases())
    })
  })
}
