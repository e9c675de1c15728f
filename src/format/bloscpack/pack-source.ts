// Packing into an archive, from the options that all containers share.

import { availableParallelism } from 'node:os'
import type { ChecksumName } from '../../chunk/checksums.js'
import type { CodecName } from '../../codecs/registry.js'
import { unknownName } from '../../core/nearest.js'
import { counted, exactSize } from '../../core/sizes.js'
import { type PackOptions as Packing, type PlanInfo, runOptionsOf } from '../../engine/options.js'
import type { PlainSource } from '../../sources/plain.js'
import { withIds } from '../append-ids.js'
import type { PackRequest } from '../container.js'
import { withArray } from '../described-metadata.js'
import type { Output, PackResult } from '../output.js'
import { pack } from '../pack.js'
import type { PackOptions, Plan } from '../pack-options.js'
import { typesizeText } from '../plan-text.js'
import type { Format } from '../traits.js'
import { partOf } from './part.js'
import { BloscpackSink } from './sink.js'
import { BLOSCPACK } from './traits.js'

/** @throws BlpkError USAGE for a codec that archives do not have */
function codecOf({ codec, codecMeta }: PackOptions): CodecName {
  const names = BLOSCPACK.formats[0]?.codecs ?? []
  const asked = codecMeta === undefined ? `${codec}` : `${codec}:${codecMeta}`
  if (names.includes(asked)) return asked as CodecName
  throw unknownName('codec', asked, names)
}

/** The same options by the names that archives give them. @throws BlpkError USAGE */
export function packingOf(o: PackOptions): Packing {
  return {
    ...(o.codec !== undefined && { codec: codecOf(o) }),
    ...(o.level !== undefined && { level: o.level }),
    ...(o.shuffle !== undefined && { shuffle: o.shuffle }),
    ...(o.typesize !== undefined && { typesize: o.typesize }),
    ...(o.blockSize !== undefined && { blockSize: o.blockSize }),
    ...(o.chunkSize !== undefined && { chunkSize: o.chunkSize }),
    // Names are looked up, in any case, if they are used.
    ...(o.checksum !== undefined && { checksum: o.checksum as ChecksumName }),
    ...(o.offsets !== undefined && { offsets: o.offsets }),
    ...(o.maxAppChunks !== undefined && { maxAppChunks: o.maxAppChunks }),
    ...runOptionsOf(o),
  }
}

function planOf(info: PlanInfo, nbytes: number | undefined, o: PackOptions): Plan {
  const { typesize, codec, level, shuffle, chunkSize } = info
  return {
    nbytes,
    facts: { typesize, codec, level, shuffle, chunkSize },
    lines: [
      `using ${counted(o.threads ?? availableParallelism(), 'thread')}`,
      `codec ${codec}, level ${level}, shuffle ${shuffle}, ${typesizeText(info, o)}`,
      `chunks of ${exactSize(chunkSize)}, checksum ${o.checksum ?? 'crc32'}`,
    ],
  }
}

/** Metalayers and the like, which archives have no place for. */
function tellDropped({ from, onNote }: PackRequest): void {
  const names = from?.extras ?? []
  if (names.length > 0) onNote?.(`a .blp archive has no place for metalayers; left out: ${names.join(', ')}`)
}

/** Packs a source into an archive; see `Container.pack`. */
export async function packSource(
  whole: PlainSource,
  output: Output,
  _format: Format,
  o: PackRequest,
): Promise<PackResult> {
  const packing = packingOf(o)
  const { source, options } =
    o.part === undefined ? { source: whole, options: packing } : await partOf(whole, o.part, packing)
  const metadata = withArray(o.metadata, source.metadata) ?? withIds(source.metadata, o.from?.appendIds)
  tellDropped(o)
  return pack(source, new BloscpackSink(await output.bytes()), {
    ...options,
    ...(metadata !== undefined && { metadata }),
    onPlan: (info) => o.onPlan?.(planOf(info, source.size, o)),
  })
}
