// Numbers of filters that are looked for by name.

/** Chunks end with a checksum. */
export const FLETCHER32_FILTER = 3
/** Chunks are frames of Blosc2. */
export const BLOSC2_FILTER = 32026
