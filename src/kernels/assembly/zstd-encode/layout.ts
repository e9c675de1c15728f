// The scratch area of the Zstandard encoder, as offsets into it.

/** The match finder: a byte for each place it remembers, its tag; and four for its position. */
export const PLACES_LOG: u32 = 20
export const TAGS: usize = 0
export const POSITIONS: usize = TAGS + (1 << PLACES_LOG)

export const MAX_BLOCK: u32 = 1 << 17
/** Of a sequence: literals, match length, what its offset is written as, and its three codes; four bytes each. */
export const SEQUENCES: usize = POSITIONS + (4 << PLACES_LOG)
export const SEQUENCE_BYTES: usize = 16
/** Every sequence takes at least three bytes of its block. */
const MAX_SEQUENCES: usize = <usize>MAX_BLOCK / 3 + 1
/** The literals of the block one after another, with room for copies of whole vectors. */
export const LITERALS: usize = SEQUENCES + MAX_SEQUENCES * SEQUENCE_BYTES
/** How often each symbol comes, in up to four tables of 256 counts. */
export const COUNTS: usize = LITERALS + <usize>MAX_BLOCK + 64
export const HISTOGRAM_BYTES: usize = 4 << 8
/** The same for a sample of the block. */
export const BLOCK_COUNTS: usize = COUNTS + 4 * HISTOGRAM_BYTES
/** An encoding table of FSE: two words for each of up to 64 symbols, the states, and how many of them each symbol has. */
export const FSE_STATES: usize = 8 << 6
export const FSE_NORMS: usize = FSE_STATES + (2 << 9)
export const NORMS_BYTES: usize = 2 << 6
export const FSE_TABLE_BYTES: usize = FSE_NORMS + NORMS_BYTES
/** Two tables for each of the three codes, of which the decoder has one; and one for the weights of a tree. */
export const FSE_TABLES: usize = BLOCK_COUNTS + HISTOGRAM_BYTES
export const WEIGHTS_TABLE: usize = FSE_TABLES + 6 * FSE_TABLE_BYTES
/** While a table is made: the symbols of its states, and the next state of each symbol. */
export const SPREAD: usize = WEIGHTS_TABLE + FSE_TABLE_BYTES
export const NEXT_STATES: usize = SPREAD + 512
/** The tree of the literals: sorted symbols, weights and parents of nodes, codes (length in the low 4 bits). */
export const KEYS: usize = NEXT_STATES + 128
export const NODES: usize = KEYS + (4 << 8)
export const PARENTS: usize = NODES + (4 << 9)
export const CODES: usize = PARENTS + (2 << 9)
/** There are two sets of codes, of which the decoder has one. */
export const CODES_BYTES: usize = 2 << 8
export const WEIGHTS: usize = CODES + 2 * CODES_BYTES
/** While symbols are sorted or get their codes: a count, then a place, for each bucket or weight. */
export const BUCKETS: usize = WEIGHTS + 256
/** How many symbols have each weight. */
export const WEIGHT_COUNTS: usize = BUCKETS + (4 << 8)
/** Small blocks are written here first: they have no room for what might be written too much. */
export const SMALL: usize = WEIGHT_COUNTS + 64
export const SMALL_BLOCK: u32 = 1 << 13
/**
 * The parts of a block: counts of its literals, and of the three codes in tables of 64; then its sequences and
 * literals, and its price alone and together with the next. Which of them are left, in their order, comes behind.
 */
export const MAX_PARTS: u32 = 33
export const PART_FACTS: usize = HISTOGRAM_BYTES + 3 * (4 << 6)
export const PART_BYTES: usize = PART_FACTS + 16
export const PARTS: usize = SMALL + 2 * SMALL_BLOCK
export const PART_ORDER: usize = PARTS + <usize>MAX_PARTS * PART_BYTES

/** What levels 7 to 9 need besides: prices of literals and of the three codes, four bytes each, in 256ths of a bit. */
export const LITERAL_PRICES: usize = (PART_ORDER + 4 * <usize>MAX_PARTS + 63) & ~63
export const LENGTH_PRICES: usize = LITERAL_PRICES + (4 << 8)
export const OFFSET_PRICES: usize = LENGTH_PRICES + (4 << 8)
export const MATCH_PRICES: usize = OFFSET_PRICES + (4 << 8)
/** How often each of them came: four tables as above. */
export const TALLIES: usize = MATCH_PRICES + (4 << 8)
/** The cheapest way to each place of a stretch; `optimal.ts` says what a step has. */
export const MAX_STRETCH: u32 = 1 << 12
export const STEP_BYTES: usize = 32
export const STEPS: usize = TALLIES + (16 << 8)
/** The matches at one place: length and offset, four bytes each. */
export const MAX_MATCHES: usize = 512
export const MATCH_BYTES: usize = 8
export const MATCHES: usize = STEPS + <usize>(MAX_STRETCH + 2) * STEP_BYTES
/** The matches of a whole block for a second look: where those of each place start, and all of them. */
export const KEPT_STARTS: usize = MATCHES + MAX_MATCHES * MATCH_BYTES
export const MAX_KEPT: u32 = 1 << 19
export const KEPT: usize = KEPT_STARTS + 4 * <usize>(MAX_BLOCK + 2)
/** The best look at a block so far: the tallies it ended with, its sequences and its literals. */
export const TALLIES_BYTES: usize = 16 << 8
export const BEST_TALLIES: usize = KEPT + <usize>MAX_KEPT * MATCH_BYTES
export const BEST_SEQUENCES: usize = BEST_TALLIES + TALLIES_BYTES
export const BEST_LITERALS: usize = BEST_SEQUENCES + MAX_SEQUENCES * SEQUENCE_BYTES
export const OPTIMAL_END: usize = (BEST_LITERALS + <usize>MAX_BLOCK + 63) & ~63
