// Things 0..n-1 that are joined pair by pair, and which of them hang together. Cannot part them again.

/**
 * Union-find; the root of joined things is the smallest of them.
 * Source: Tarjan and van Leeuwen, Worst-case Analysis of Set Union Algorithms, 1984 (path halving).
 */
export class DisjointSets {
  private readonly parents: Int32Array;

  /** @param count things, each alone at first */
  constructor(count: number) {
    this.parents = Int32Array.from({ length: count }, (_, thing) => thing);
  }

  /** The smallest thing that `thing` hangs together with. */
  rootOf(thing: number): number {
    const { parents } = this;
    let root = thing;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root]];
      root = parents[root];
    }
    return root;
  }

  /** Joins two things and all that hang together with them. */
  join(left: number, right: number): void {
    const leftRoot = this.rootOf(left);
    const rightRoot = this.rootOf(right);
    this.parents[Math.max(leftRoot, rightRoot)] = Math.min(leftRoot, rightRoot);
  }
}
