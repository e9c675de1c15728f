// How many bytes are read to recognise the content of a place.

/** Bytes from the start of a place that containers are recognised by. */
export const PEEK_BYTES = 32
/** Bytes from its end, for places whose start is damaged. */
export const PEEK_END_BYTES = 32
