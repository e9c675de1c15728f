// How the blocks of a stream are cut into literals and matches: as its level and its size ask for.
import { cutDouble, startDouble } from './double'
import { cutsLazilyFirst, DOUBLE, FAST, FEW_BYTES, isForDenseAlone, LAZY, lazyLevel, mostPlacesFor, OPTIMAL, rowLogFor, strategyFor, widthFor } from './efforts'
import { cutFast, startFast } from './fast'
import { cutLazy, startLazy } from './lazy'
import { literalBytes, sequenceCount, startOffsets } from './matches'
import { cutOptimal, startOptimal } from './optimal'
import { startRows } from './rows'
import { sampleEntropy } from './sample'

let strategy: u8 = FAST
/** Whether optimal search starts with a cut by lazy search, which finds other ways than guesses do. */
let cutsFirst: bool = false
/** Whether only dense blocks are searched again: many short matches, and next to no literals. */
let isForDense: bool = false
/** What such a block has at most: bytes a sequence, and one literal in so many bytes. */
const DENSE_SEQUENCE: u32 = 16
const DENSE_LITERALS: u32 = 8
let levelOf: u32 = 1

/** Starts a stream from `src` to `end`; what lies before, from `first` on, is its dictionary. */
export function startSearch(s: usize, first: usize, src: usize, end: usize, level: u32): void {
  const nbytes = <u32>(end - first)
  startOffsets()
  levelOf = lazyLevel(nbytes, level)
  strategy = strategyFor(nbytes, level, src != first)
  const width = widthFor(nbytes, nbytes > FEW_BYTES ? sampleEntropy(s, src, end) : 0, level)
  if (strategy == FAST) startFast(s, first, nbytes, width)
  else if (strategy == DOUBLE) startDouble(s, first, nbytes, width)
  else {
    isForDense = isForDenseAlone(nbytes, level)
    cutsFirst = strategy == OPTIMAL && cutsLazilyFirst(nbytes, level)
    if (strategy == LAZY || cutsFirst) {
      startRows(s, first, nbytes, width, rowLogFor(levelOf), mostPlacesFor(levelOf))
      startLazy(s, first, src)
    }
    if (strategy == OPTIMAL) startOptimal(s, first, end, level)
  }
}

/** Cuts a block of the stream; its sequences and literals are then in the scratch area. */
export function cutBlock(s: usize, first: usize, block: usize, end: usize, entropy: u32): void {
  if (strategy == FAST) cutFast(s, first, block, end, entropy)
  else if (strategy == DOUBLE) cutDouble(s, first, block, end, entropy)
  else {
    if (strategy == LAZY || cutsFirst) cutLazy(s, first, block, end, levelOf, entropy)
    const isWorth = !isForDense || isDense(<u32>(end - block))
    if (strategy == OPTIMAL && isWorth) cutOptimal(s, first, block, end, cutsFirst)
  }
}

function isDense(nbytes: u32): bool {
  return sequenceCount * DENSE_SEQUENCE > nbytes && literalBytes * DENSE_LITERALS < nbytes
}
