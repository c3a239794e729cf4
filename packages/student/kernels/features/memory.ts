// AssemblyScript: how texts and words lie in memory. src/features/text-memory.ts writes texts, word-records.ts words.
// A text is a list of addresses of words' records: that of its first word and that behind its last one. Texts of an example lie
// side by side, those of the next one a stride behind.

/** Of a block: bytes from the texts of one example to those of the next. */
export const STRIDE: usize = 0;
/** Of a block of two fields: where their texts are in those of an example. */
export const LEFT: usize = 4;
export const RIGHT: usize = 8;
/** Of a text: where its list ends. */
export const END: usize = 4;

// A word's record: byte offsets. Before it lies what blocks with a vocabulary know of the word, see `ngrams.ts`.
/** Number of the stem, of the lexicon. */
export const STEM: usize = 0;
export const STEM_HASH: usize = 4;
/** UTF-16 units. */
export const LENGTH: usize = 8;
/** Which letters it has, as bits. */
export const LETTERS: usize = 12;
export const KIND: usize = 16;
export const IMPORTANCE: usize = 20;
export const START_CLASS: usize = 24;
export const DIVISION: usize = 28;
/** Bit of the turning word that it is, or 0. */
export const TURNING: usize = 32;
/** 1: a unit; 2: the word "x". */
export const UNIT: usize = 36;
export const NUM_GRAMS: usize = 40;
/** Address of its character n-grams, each the place of its counts of words that have it. */
export const GRAMS: usize = 44;
export const WEIGHT: usize = 48;
/** Of a number. */
export const VALUE: usize = 56;
/** Its UTF-16 units. */
export const TEXT: usize = 64;

/** Room of each kernel for what it needs meanwhile, and where it is. */
const SCRATCH: usize = 2048;
export const MATCH_SCRATCH = SCRATCH;
export const NGRAMS_SCRATCH = SCRATCH + 2048;
export const CROSS_SCRATCH = SCRATCH + 4096;
