// AssemblyScript: hashes as in src/text/hash.ts.

export function scramble(right: u32): u32 {
  return rotl<u32>(right * 0xcc9e2d51, 15) * 0x1b873593;
}

export function combineHashes(left: u32, right: u32): u32 {
  let hash = rotl<u32>(left ^ scramble(right), 13) * 5 + 0xe6546b64;
  hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
  return hash ^ (hash >>> 16);
}
