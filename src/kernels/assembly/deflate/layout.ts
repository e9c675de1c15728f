// The scratch area of the deflate encoder, as offsets into it.

/** Literals, the end of a block, lengths; then distances. Tables of both hold so many entries. */
export const END_OF_BLOCK: u32 = 256
export const DISTANCES: u32 = 288
export const ALPHABET: u32 = 320
/** Counts of the block at hand and of what may join it, four bytes each. */
export const COUNTS: usize = 0
export const NEXT_COUNTS: usize = COUNTS + 4 * ALPHABET
/** Codes in the order in which their bits are written, and above 16 bits their lengths. */
export const CODES: usize = NEXT_COUNTS + 4 * ALPHABET
/** Lengths of codes, a byte each. */
export const LENGTHS: usize = CODES + 4 * ALPHABET
/** The code that describes the lengths: counts, codes, lengths; and its symbols with what follows them above 8 bits. */
export const HEADER_COUNTS: usize = LENGTHS + ALPHABET
export const HEADER_CODES: usize = HEADER_COUNTS + 4 * 32
export const HEADER_LENGTHS: usize = HEADER_CODES + 4 * 32
export const HEADER_ITEMS: usize = HEADER_LENGTHS + 32
/** The tree of a code: sorted symbols, nodes, their parents. */
export const KEYS: usize = HEADER_ITEMS + 2 * ALPHABET
export const NODES: usize = KEYS + 4 * ALPHABET
export const PARENTS: usize = NODES + 8 * ALPHABET
/** Of literals, lengths and distances. */
export const PRICES: usize = PARENTS + 4 * ALPHABET
/** A sequence: literals; then length (0 for none) and, above 16 bits, distance of the match that follows them. */
export const SEQUENCE_BYTES: usize = 8
/** How many symbols a block has at most, and how many literals a sequence has. */
export const MAX_TOKENS: u32 = 1 << 15
export const MAX_RUN: u32 = 1 << 11
/** Of each byte, what it takes as a literal, in 16ths of a bit (one byte); and how often it came, in 64ths (four). */
export const LITERAL_COSTS: usize = PRICES + 4 * (256 + 260 + 30)
export const LITERAL_HISTORY: usize = LITERAL_COSTS + 256
/** A small stream while another way is tried: no more than its bytes take if they are stored. */
export const SMALL_STREAM: usize = LITERAL_HISTORY + 4 * 256
export const SEQUENCES: usize = (SMALL_STREAM + (1 << 11) + 63) & ~63
/** The tables of the match finders: there is room for a block and for what is cut at once. */
export const TABLES: usize = SEQUENCES + 2 * SEQUENCE_BYTES * <usize>(MAX_TOKENS + MAX_TOKENS / MAX_RUN + 64)
