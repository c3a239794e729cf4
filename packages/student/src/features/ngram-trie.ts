// N-grams over words, word by word: a tree whose edges are word ids, kept in one open-addressing hash table.
// A bigram costs one probe and no string is made. Exact: keys are compared whole.

const EMPTY = -1;
/** Where in a node's four numbers its word and its token are; its parent comes first. */
const WORD = 1;
const TOKEN = 2;

/** A set of n-grams, each with a token id. Node 0 is the root. */
export class NgramTrie {
  private readonly words = new Map<string, number>();
  private numNodes = 1;
  /** Of node n at 4 n, so that a step reads one line of the cache: parent, word, token id that ends there or -1. */
  private nodes = new Int32Array(4 * 64).fill(EMPTY);
  /** Hash table of nodes by (parent, word); a power of two, at most half full. */
  private slots = new Int32Array(128).fill(EMPTY);

  /** Adds the n-gram, words joined by one space. Returns false, and changes nothing, if it is there already. */
  add(token: string, tokenId: number): boolean {
    let node = 0;
    for (const word of token.split(' ')) node = this.addStep(node, this.addWord(word));
    if (this.tokenAt(node) !== EMPTY) return false;
    this.nodes[4 * node + TOKEN] = tokenId;
    return true;
  }

  /** Id of a word that some n-gram has, or -1. */
  wordId(word: string): number {
    return this.words.get(word) ?? EMPTY;
  }

  /** The node reached from `node` by a word id, or -1. A word id of -1 leads nowhere. */
  step(node: number, wordId: number): number {
    const { slots, nodes } = this;
    const mask = slots.length - 1;
    let slot = hashStep(node, wordId) & mask;
    for (;;) {
      const found = slots[slot];
      if (found === EMPTY) return EMPTY;
      if (nodes[4 * found] === node && nodes[4 * found + WORD] === wordId) return found;
      slot = (slot + 1) & mask;
    }
  }

  /** Token id of the n-gram that ends at a node, or -1. */
  tokenAt(node: number): number {
    return this.nodes[4 * node + TOKEN];
  }

  /** Token id of an n-gram, or -1. */
  find(token: string): number {
    let node = 0;
    for (const word of token.split(' ')) {
      node = this.step(node, this.wordId(word));
      if (node === EMPTY) return EMPTY;
    }
    return this.tokenAt(node);
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
    if (4 * added === this.nodes.length) this.growNodes();
    this.nodes[4 * added] = node;
    this.nodes[4 * added + WORD] = wordId;
    if (this.numNodes * 2 > this.slots.length) this.growSlots();
    else this.insertSlot(added);
    return added;
  }

  private growNodes(): void {
    const larger = new Int32Array(2 * this.nodes.length).fill(EMPTY);
    larger.set(this.nodes);
    this.nodes = larger;
  }

  private growSlots(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(EMPTY);
    for (let node = 1; node < this.numNodes; node++) this.insertSlot(node);
  }

  private insertSlot(node: number): void {
    const mask = this.slots.length - 1;
    let slot = hashStep(this.nodes[4 * node], this.nodes[4 * node + WORD]) & mask;
    while (this.slots[slot] !== EMPTY) slot = (slot + 1) & mask;
    this.slots[slot] = node;
  }
}

function hashStep(node: number, wordId: number): number {
  const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(wordId + 1, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 7;
}
