// The postings of some consecutive documents as flat arrays in one buffer: in memory and as a file.
// Layout, native byte order: header of 8 x uint32 (magic, version, first document, documents, terms, postings, pairs,
// 0), then the arrays of `PostingBlock` in their order. 6 bytes a posting, 10 a term of the block.
import { Bert2dnnError } from '../../foundation/errors.js';

const MAGIC = 0x32_4d_42_44;
const VERSION = 1;
const HEADER_WORDS = 8;

/** Most distinct pairs of frequency and document length in a block: a code has 16 bits. */
export const MAX_PAIRS = 65_536;

/** Sizes of a block's arrays. */
export interface BlockSizes {
  /** Position of the block's document 0 in the collection. */
  firstDocument: number;
  numDocuments: number;
  /** Terms that some document of the block has. */
  numTerms: number;
  numPostings: number;
  numPairs: number;
}

/** Postings by term, and within a term by document. */
export interface PostingBlock extends BlockSizes {
  /** [numPairs, 2] a term's frequency in a document and the document's length, as they occur together. */
  pairs: Uint32Array;
  /** [numTerms] ids in the dictionary, ascending. The other arrays go by the place in this one. */
  terms: Uint32Array;
  /** [numTerms + 1] the postings of the term at place p are [offsets[p], offsets[p + 1]). */
  offsets: Uint32Array;
  /** [numPostings] 0..numDocuments - 1. */
  documents: Uint32Array;
  /** [numPostings] the row of `pairs`. What a posting adds to a score depends on it alone, apart from the term. */
  codes: Uint16Array;
  /** [numTerms] the code that adds most among a term's postings. */
  peaks: Uint16Array;
}

/** Bytes of a block. */
export function blockBytes({ numTerms, numPostings, numPairs }: BlockSizes): number {
  return (
    4 * (HEADER_WORDS + 2 * numPairs + 2 * numTerms + 1 + numPostings) +
    2 * (numPostings + numTerms)
  );
}

/** A block of zeros in shared memory, with its header written. */
export function createBlock(sizes: BlockSizes): { block: PostingBlock; buffer: SharedArrayBuffer } {
  const buffer = new SharedArrayBuffer(blockBytes(sizes));
  const { firstDocument, numDocuments, numTerms, numPostings, numPairs } = sizes;
  const header = [MAGIC, VERSION, firstDocument, numDocuments, numTerms, numPostings, numPairs, 0];
  new Uint32Array(buffer, 0, HEADER_WORDS).set(header);
  return { block: viewArrays(buffer, 0, sizes), buffer };
}

/**
 * The arrays of a block in a buffer.
 * @param more the name for errors, and which bytes of the buffer are the block's: from `start`, a multiple of 4
 * @throws Bert2dnnError FILE_CORRUPT if magic, version or sizes are not those of a block of that many bytes
 */
export function viewBlock(
  buffer: SharedArrayBuffer,
  { place, start = 0, numBytes }: { place: string; start?: number; numBytes: number },
): PostingBlock {
  const fail = (what: string, got: string, expected: string) =>
    new Bert2dnnError('FILE_CORRUPT', `${place}: ${what} is ${got}, expected ${expected}`, {
      hint: 'It is a file of work in progress: run the same command again to make it anew.',
    });
  if (numBytes < HEADER_WORDS * 4 || start + numBytes > buffer.byteLength) {
    throw fail('size', `${numBytes} bytes`, `a header of ${HEADER_WORDS * 4} bytes and more`);
  }
  const [magic, version, firstDocument, numDocuments, numTerms, numPostings, numPairs] =
    new Uint32Array(buffer, start, HEADER_WORDS);
  if (magic !== MAGIC) throw fail('magic', `0x${magic.toString(16)}`, `0x${MAGIC.toString(16)}`);
  if (version !== VERSION) throw fail('version', `${version}`, `${VERSION}`);
  const sizes = { firstDocument, numDocuments, numTerms, numPostings, numPairs };
  if (blockBytes(sizes) !== numBytes) {
    throw fail('size', `${numBytes} bytes`, `${blockBytes(sizes)} by its header`);
  }
  const block = viewArrays(buffer, start, sizes);
  if (block.offsets[numTerms] !== numPostings) {
    throw fail('last offset', `${block.offsets[numTerms]}`, `the ${numPostings} postings`);
  }
  return block;
}

/** The place of a term of the dictionary in a block, or -1. */
export function findPlace({ terms }: PostingBlock, term: number): number {
  return findSorted(terms, term, { from: 0, to: terms.length });
}

/** Where the posting of a document is among those of the term at a place, or -1. */
export function findPosting(block: PostingBlock, place: number, document: number): number {
  const { documents, offsets } = block;
  return findSorted(documents, document, { from: offsets[place], to: offsets[place + 1] });
}

/** By halving. */
function findSorted(
  values: Uint32Array,
  value: number,
  { from, to }: { from: number; to: number },
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low < to && values[low] === value ? low : -1;
}

/** Writes `peaks`: the largest of `saturations` among each term's postings. @param saturations [numPairs] */
export function fillPeaks(block: PostingBlock, saturations: Float64Array): void {
  const { offsets, codes, peaks } = block;
  for (let place = 0; place < block.numTerms; place++) {
    let peak = codes[offsets[place]];
    for (let posting = offsets[place] + 1; posting < offsets[place + 1]; posting++) {
      if (saturations[codes[posting]] > saturations[peak]) peak = codes[posting];
    }
    peaks[place] = peak;
  }
}

function viewArrays(buffer: SharedArrayBuffer, start: number, sizes: BlockSizes): PostingBlock {
  let at = start + HEADER_WORDS * 4;
  const words = (length: number): Uint32Array => {
    const array = new Uint32Array(buffer, at, length);
    at += length * 4;
    return array;
  };
  const halves = (length: number): Uint16Array => {
    const array = new Uint16Array(buffer, at, length);
    at += length * 2;
    return array;
  };
  return {
    ...sizes,
    pairs: words(2 * sizes.numPairs),
    terms: words(sizes.numTerms),
    offsets: words(sizes.numTerms + 1),
    documents: words(sizes.numPostings),
    codes: halves(sizes.numPostings),
    peaks: halves(sizes.numTerms),
  };
}
