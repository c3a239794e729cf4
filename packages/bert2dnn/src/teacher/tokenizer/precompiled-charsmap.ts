// SentencePiece's compiled character map: which short strings of a text are replaced by which, as `Precompiled` does it.
import { findClusterEnd } from './grapheme-clusters.js';

// A longer cluster is looked up character by character.
const LONGEST_CLUSTER_BYTES = 5;
const encoder = new TextEncoder();

/**
 * A `precompiled_charsmap`: a double-array trie over UTF-8 bytes, then the replacements, each ended by a zero byte.
 * Source: huggingface/tokenizers, normalizers/precompiled.rs and the crate spm_precompiled.
 */
export class PrecompiledCharsmap {
  readonly #trie: Uint32Array;
  readonly #replacements: Uint8Array;
  readonly #found = new Map<string, string | undefined>();
  /** Text of these ASCII characters alone stays as it is. */
  readonly #unchanged: RegExp;

  /** @param blob the map in base64 */
  constructor(blob: string) {
    const bytes = Buffer.from(blob, 'base64');
    const trieBytes = bytes.readUInt32LE(0);
    this.#trie = new Uint32Array(trieBytes / 4);
    for (let index = 0; index < this.#trie.length; index++) {
      this.#trie[index] = bytes.readUInt32LE(4 + 4 * index);
    }
    this.#replacements = bytes.subarray(4 + trieBytes);
    const kept = Array.from({ length: 0x7f }, (_, code) => String.fromCharCode(code)).filter(
      // A carriage return may be one cluster with the line feed after it.
      (char) => char !== '\r' && this.#replace(char) === undefined,
    );
    const classOf = kept.map((char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
    this.#unchanged = new RegExp(`^[${classOf.join('')}]*$`);
  }

  /** Whether base64 text holds a map: its sizes are right. */
  static isReadable(blob: string): boolean {
    const bytes = Buffer.from(blob, 'base64');
    if (bytes.length < 8) return false;
    const trieBytes = bytes.readUInt32LE(0);
    return trieBytes > 0 && trieBytes % 4 === 0 && 4 + trieBytes <= bytes.length;
  }

  /** Text with every known cluster or character replaced. */
  normalize(text: string): string {
    if (this.#unchanged.test(text)) return text;
    let result = '';
    for (let start = 0; start < text.length; ) {
      const end = findClusterEnd(text, start);
      result += this.#normalizeCluster(text.slice(start, end));
      start = end;
    }
    return result;
  }

  #normalizeCluster(cluster: string): string {
    if (cluster.length <= LONGEST_CLUSTER_BYTES) {
      const found = this.#lookUp(cluster);
      if (found !== undefined) return found;
      if (cluster.length === 1) return cluster;
    }
    let result = '';
    for (const char of cluster) result += this.#lookUp(char) ?? char;
    return result;
  }

  #lookUp(key: string): string | undefined {
    let found = this.#found.get(key);
    if (found === undefined && !this.#found.has(key)) {
      found = this.#replace(key);
      if (this.#found.size > 100_000) this.#found.clear();
      this.#found.set(key, found);
    }
    return found;
  }

  /** QUIRK: the shortest known beginning of a cluster replaces the whole of it, what follows is dropped. */
  #replace(key: string): string | undefined {
    const bytes = encoder.encode(key);
    if (bytes.length > LONGEST_CLUSTER_BYTES) return undefined;
    const start = this.#findShortest(bytes);
    if (start === undefined) return undefined;
    let end = start;
    while (end < this.#replacements.length && this.#replacements[end] !== 0) end++;
    return new TextDecoder().decode(this.#replacements.subarray(start, end));
  }

  /** Place in the replacements of the shortest beginning of `key` that the trie holds. */
  #findShortest(key: Uint8Array): number | undefined {
    const trie = this.#trie;
    let position = offsetOf(trie[0]);
    for (const byte of key) {
      if (byte === 0) return undefined;
      position ^= byte;
      const unit = trie[position] ?? 0;
      // Bit 31 marks a value, the lowest byte of any other unit is its label.
      if ((unit & 0x800000ff) !== byte) return undefined;
      position ^= offsetOf(unit);
      if ((unit & 0x100) !== 0) return trie[position] & 0x7fffffff;
    }
    return undefined;
  }
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
