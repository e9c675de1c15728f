// The magic bytes of a Bloscpack archive.

/** What a Bloscpack archive starts with: `blpk`. */
export const BLOSCPACK_MAGIC: readonly number[] = [0x62, 0x6c, 0x70, 0x6b]
