// How much of a place tells what it holds.

/** Bytes from the start of a place by which containers are known. */
export const PEEK_BYTES = 32
/** Bytes from its end, for places whose start is damaged. */
export const PEEK_END_BYTES = 32
