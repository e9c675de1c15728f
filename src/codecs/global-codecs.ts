// Codecs registered by C-Blosc2 that are not built in. Users may register them.

/** What is known of such a codec. */
export interface GlobalCodec {
  name: string
  /** Null if it depends on the settings, as for image codecs. */
  lossy: boolean | null
  /** Its decoder uses the shape of blocks. */
  usesShape?: boolean
}

/** By number. */
export const GLOBAL_CODECS: ReadonlyMap<number, GlobalCodec> = new Map([
  [33, { name: 'ZFP (fixed accuracy)', lossy: true, usesShape: true }],
  [34, { name: 'ZFP (fixed precision)', lossy: true, usesShape: true }],
  [35, { name: 'ZFP (fixed rate)', lossy: true, usesShape: true }],
  [36, { name: 'OpenHTJ2K', lossy: null }],
  [37, { name: 'grok (JPEG 2000)', lossy: null }],
  [38, { name: 'OpenZL', lossy: false }],
  [39, { name: 'JPEG 2000', lossy: null }],
  [40, { name: 'HTJ2K', lossy: null }],
])
