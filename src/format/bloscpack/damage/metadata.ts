// Reads the metadata of a damaged archive as far as they can be proved right.

import { checksumSpec, loadChecksum } from '../../../chunk/checksums.js'
import { asDamage, BlpkError } from '../../../core/errors.js'
import { zlib } from '../../../core/node-modules.js'
import { Workspace } from '../../../kernels/workspace.js'
import { HEADER_BYTES } from '../header.js'
import {
  METADATA_HEADER_BYTES,
  type MetadataHeader,
  metadataSectionBytes,
  parseMetadataBody,
  parseMetadataHeader,
  parseMetadataText,
} from '../metadata.js'
import type { ChunkProbe } from './probe.js'

/** What is left of the metadata of an archive. */
export interface SurveyedMetadata {
  /** JSON text, if it can be believed. */
  json?: string
  /** What is wrong with the section. */
  problem?: BlpkError
  /** Can the section be copied as it is? */
  intact: boolean
  /** Position after the section, in bytes, where its header can be read. */
  end?: number
}

const BODY_AT = HEADER_BYTES + METADATA_HEADER_BYTES

/** zlib has a checksum of its own: what it accepts is right, whatever the digest after it says. */
function provedByZlib(h: MetadataHeader, stored: Uint8Array): string | undefined {
  if (h.codec !== 'zlib') return undefined
  try {
    const plain = zlib().inflateSync(stored, { maxOutputLength: Math.max(h.size, 1) })
    return plain.length === h.size ? parseMetadataText(plain) : undefined
  } catch {
    return undefined
  }
}

/** Reads the metadata section after the header, as far as there is one. */
export async function surveyMetadata(probe: ChunkProbe): Promise<SurveyedMetadata> {
  let end: number | undefined
  let proved: string | undefined
  try {
    const header = parseMetadataHeader(await probe.read(HEADER_BYTES, METADATA_HEADER_BYTES))
    const sectionEnd = HEADER_BYTES + metadataSectionBytes(header)
    if (sectionEnd > probe.source.size) {
      throw new BlpkError('DAMAGED', `the archive ends at byte ${probe.source.size}, within its metadata`)
    }
    end = sectionEnd
    const { size } = checksumSpec(header.checksum)
    const stored = await probe.read(BODY_AT, header.storedSize)
    const checksum = await loadChecksum(header.checksum, () => new Workspace())
    proved = provedByZlib(header, stored)
    const json = parseMetadataBody(header, stored, await probe.read(end - size, size), checksum)
    return { json, intact: true, end }
  } catch (error) {
    const problem = asDamage(error)
    return {
      problem,
      intact: false,
      ...(proved !== undefined && { json: proved }),
      ...(end !== undefined && { end }),
    }
  }
}
