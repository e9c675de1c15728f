import type { ByteSource } from '../../bytes/byte-source.js'
import { Archive, type ChunkPlace } from '../../format/bloscpack/archive.js'
import { ChunkWalk } from '../../format/bloscpack/walk.js'
import { openContainer } from '../containers.js'
import { type Context, forEachFile } from '../context.js'
import { shown } from '../dash.js'
import { failedEntry } from '../view/head.js'
import { type ArchiveInfo, type ChunkInfo, describeArchive, describeChunk } from '../view/info-facts.js'
import { formatInfo } from '../view/info-text.js'
import { print } from '../view/print.js'
import { JsonList } from '../view/report.js'

/** What going from chunk to chunk tells: only done where it is asked for, or where the header knows too little. */
interface Walked {
  first: ChunkPlace | undefined
  chunks: ChunkInfo[]
  nchunks: number
  nbytes: number
  /** Where the last chunk ends, in bytes. */
  end: number
}

async function walkChunks(archive: Archive): Promise<Walked> {
  const walk = new ChunkWalk(archive)
  const walked: Walked = { first: undefined, chunks: [], nchunks: 0, nbytes: 0, end: 0 }
  for (let chunk = await walk.next(); chunk !== undefined; chunk = await walk.next()) {
    walked.first ??= chunk
    walked.nbytes += chunk.header.nbytes
    walked.chunks.push(describeChunk(chunk))
  }
  return { ...walked, nchunks: walk.count, end: walk.position }
}

/** What is known of a container, with the text that shows it. */
interface Shown {
  info: object
  text: () => string
}

async function gather(file: string, context: Context): Promise<Shown> {
  const input = await openContainer(file, context, { frontOnly: context.options.chunks !== true })
  if (!input.isFrame) {
    const info = await gatherArchive(file, input.source, context)
    return { info, text: () => formatInfo(info) }
  }
  try {
    // Loaded when it is needed, with all of Blosc2.
    const [{ gatherFrame }, { formatFrame }] = await Promise.all([
      import('./info-frame.js'),
      import('../view/frame-text.js'),
    ])
    const info = await gatherFrame(shown(file), input, context.options.chunks === true, context.options.dtype)
    return { info, text: () => formatFrame(info) }
  } finally {
    await input.source.close()
  }
}

async function gatherArchive(file: string, source: ByteSource, context: Context): Promise<ArchiveInfo> {
  const { maxChunk, chunks: wantsChunks } = context.options
  try {
    const archive = await Archive.open(source, maxChunk === undefined ? {} : { maxChunk })
    const walked =
      wantsChunks === true || archive.nbytes === undefined ? await walkChunks(archive) : undefined
    const first = walked === undefined ? await archive.locate(0, archive.chunksAt) : walked.first
    return await describeArchive(shown(file), archive, {
      first,
      nchunks: archive.nchunks ?? walked?.nchunks,
      nbytes: archive.nbytes ?? walked?.nbytes,
      cbytes: source.size ?? walked?.end,
      chunks: wantsChunks === true ? walked?.chunks : undefined,
    })
  } finally {
    await source.close()
  }
}

/** `blpk info <file>…` */
export async function run(files: readonly string[], context: Context): Promise<number> {
  const { json } = context.options
  const list = new JsonList(context.options)
  let separator = ''
  const showOne = async (file: string): Promise<number> => {
    const { info, text } = await gather(file, context)
    list.add(info)
    if (json !== true) print(separator + text())
    separator = '\n'
    return 0
  }
  try {
    return await forEachFile(files, context, showOne, (file, error) => list.add(failedEntry(file, error)))
  } finally {
    list.end()
  }
}
