// N-grams over words, word by word: a tree whose edges are word ids, kept in one open-addressing hash table, so that a step
// costs one look at it and no string is made. Exact: keys are compared whole.

const EMPTY = -1;
/** Numbers of a node, whose number is its place in the table: its parent comes first, then its word and its token. */
const NODE_SIZE = 3;
const WORD = 1;
const TOKEN = 2;
/** Where every n-gram begins; no place in the table. */
export const ROOT = -2;

/** A set of n-grams, each with a token id. */
export class NgramTrie {
  private readonly words = new Map<string, number>();
  /** Open addressing by (parent, word); a power of two of places, at most three quarters full. */
  readonly nodes: Int32Array;
  /** Of each place some bits of its node's hash, 0 if there is none: near in memory, so that most steps that lead nowhere end here. */
  readonly tags: Uint8Array;
  /** The first space of the text behind what was added. */
  private space = -1;

  /** @param maxWords of all n-grams together, as often as they occur. */
  constructor(maxWords: number) {
    const numPlaces = 2 ** Math.ceil(Math.log2(Math.max(8, (maxWords * 4) / 3)));
    this.tags = new Uint8Array(numPlaces);
    this.nodes = new Int32Array(NODE_SIZE * numPlaces);
  }

  /**
   * Adds the n-gram `text[start] .. text[end - 1]`, words parted by one space. `text` is the same for all, which come in its
   * order. Returns false, and changes nothing, if it is there already.
   */
  add(text: string, start: number, end: number, tokenId: number): boolean {
    let node = ROOT;
    for (let from = start; from <= end; ) {
      // The engine's search, once a space: it is fast from the first call on.
      if (this.space < from) {
        const found = text.indexOf(' ', from);
        this.space = found < 0 ? text.length : found;
      }
      const to = Math.min(this.space, end);
      node = this.addStep(node, this.addWord(text.slice(from, to)));
      from = to + 1;
    }
    if (this.tokenAt(node) !== EMPTY) return false;
    this.nodes[NODE_SIZE * node + TOKEN] = tokenId;
    return true;
  }

  /** Id of a word that some n-gram has, or -1. */
  wordId(word: string): number {
    return this.words.get(word) ?? EMPTY;
  }

  /** The node reached from `node` by a word id, or -1. A word id of -1 leads nowhere. */
  step(node: number, wordId: number): number {
    const place = this.placeOf(node, wordId, hashStep(node, wordId));
    return this.tags[place] === 0 ? EMPTY : place;
  }

  /** A word's id, and the node and the token of the word alone; -1 for what there is not. */
  known(word: string): [wordId: number, node: number, token: number] {
    const wordId = this.wordId(word);
    const node = wordId < 0 ? EMPTY : this.step(ROOT, wordId);
    return [wordId, node, node < 0 ? EMPTY : this.tokenAt(node)];
  }

  /** Token id of the n-gram that ends at a node, or -1. */
  tokenAt(node: number): number {
    return this.nodes[NODE_SIZE * node + TOKEN];
  }

  /** Token id of an n-gram, or -1. */
  find(token: string): number {
    let node = ROOT;
    for (const word of token.split(' ')) {
      node = this.step(node, this.wordId(word));
      if (node === EMPTY) return EMPTY;
    }
    return this.tokenAt(node);
  }

  /** Id of a word; a new one gets the next. */
  private addWord(word: string): number {
    const known = this.words.get(word);
    if (known !== undefined) return known;
    this.words.set(word, this.words.size);
    return this.words.size - 1;
  }

  private addStep(node: number, wordId: number): number {
    const hash = hashStep(node, wordId);
    const place = this.placeOf(node, wordId, hash);
    const { nodes, tags } = this;
    if (tags[place] !== 0) return place;
    tags[place] = tagOf(hash);
    const at = NODE_SIZE * place;
    nodes[at] = node;
    nodes[at + WORD] = wordId;
    nodes[at + TOKEN] = EMPTY;
    return place;
  }

  /** Place of the node, or the empty one where it would be. */
  private placeOf(node: number, wordId: number, hash: number): number {
    const { nodes, tags } = this;
    const mask = tags.length - 1;
    const wanted = tagOf(hash);
    let place = hash & mask;
    for (;;) {
      const tag = tags[place];
      if (tag === 0) return place;
      const at = NODE_SIZE * place;
      if (tag === wanted && nodes[at] === node && nodes[at + WORD] === wordId) return place;
      place = (place + 1) & mask;
    }
  }
}

function hashStep(node: number, wordId: number): number {
  const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(wordId + 1, 0x85ebca6b);
  const hash = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
  return hash ^ (hash >>> 15);
}

/** The hash's highest bits, which no place depends on, and never 0. */
function tagOf(hash: number): number {
  return (hash >>> 25) | 128;
}
