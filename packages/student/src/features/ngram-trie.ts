// N-grams over words, word by word: a tree whose edges are word ids, kept in one open-addressing hash table.
// A bigram costs one probe and no string is made. Exact: keys are compared whole.

const EMPTY = -1;

/** A set of n-grams, each with a token id. Node 0 is the root. */
export class NgramTrie {
  private readonly words = new Map<string, number>();
  private numNodes = 1;
  /** Of node n: token id that ends there, or -1. */
  private tokens = new Int32Array(64).fill(EMPTY);
  private parents = new Int32Array(64);
  private lastWords = new Int32Array(64);
  /** Hash table of nodes by (parent, word); a power of two, at most half full. */
  private slots = new Int32Array(128).fill(EMPTY);

  /** Adds the n-gram, words joined by one space. Returns false, and changes nothing, if it is there already. */
  add(token: string, tokenId: number): boolean {
    let node = 0;
    for (const word of token.split(' ')) node = this.addStep(node, this.addWord(word));
    if (this.tokens[node] !== EMPTY) return false;
    this.tokens[node] = tokenId;
    return true;
  }

  /** Id of a word that some n-gram has, or -1. */
  wordId(word: string): number {
    return this.words.get(word) ?? EMPTY;
  }

  /** The node reached from `node` by a word id, or -1. A word id of -1 leads nowhere. */
  step(node: number, wordId: number): number {
    const mask = this.slots.length - 1;
    let slot = hashStep(node, wordId) & mask;
    for (;;) {
      const found = this.slots[slot];
      if (found === EMPTY) return EMPTY;
      if (this.parents[found] === node && this.lastWords[found] === wordId) return found;
      slot = (slot + 1) & mask;
    }
  }

  /** Token id of the n-gram that ends at a node, or -1. */
  tokenAt(node: number): number {
    return this.tokens[node];
  }

  /** Token id of an n-gram, or -1. */
  find(token: string): number {
    let node = 0;
    for (const word of token.split(' ')) {
      node = this.step(node, this.wordId(word));
      if (node === EMPTY) return EMPTY;
    }
    return this.tokens[node];
  }

  private addWord(word: string): number {
    const known = this.words.get(word);
    if (known !== undefined) return known;
    this.words.set(word, this.words.size);
    return this.words.size - 1;
  }

  private addStep(node: number, wordId: number): number {
    const known = this.step(node, wordId);
    if (known !== EMPTY) return known;
    const added = this.numNodes++;
    if (added === this.tokens.length) this.growNodes();
    this.parents[added] = node;
    this.lastWords[added] = wordId;
    if (this.numNodes * 2 > this.slots.length) this.growSlots();
    else this.insertSlot(added);
    return added;
  }

  private growNodes(): void {
    const length = this.tokens.length * 2;
    const copy = (values: Int32Array): Int32Array<ArrayBuffer> => {
      const larger = new Int32Array(length).fill(EMPTY);
      larger.set(values);
      return larger;
    };
    this.tokens = copy(this.tokens);
    this.parents = copy(this.parents);
    this.lastWords = copy(this.lastWords);
  }

  private growSlots(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(EMPTY);
    for (let node = 1; node < this.numNodes; node++) this.insertSlot(node);
  }

  private insertSlot(node: number): void {
    const mask = this.slots.length - 1;
    let slot = hashStep(this.parents[node], this.lastWords[node]) & mask;
    while (this.slots[slot] !== EMPTY) slot = (slot + 1) & mask;
    this.slots[slot] = node;
  }
}

function hashStep(node: number, wordId: number): number {
  const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(wordId + 1, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 7;
}
