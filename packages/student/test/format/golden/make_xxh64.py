# Makes xxh64.json: XXH64 of the first bytes of the sequence that xxHash tests itself with (tests/sanity_test.c), by length,
# for checksum.test.ts. Run: python3 make_xxh64.py (needs `pip install xxhash`).
import json
import pathlib

import xxhash

LENGTHS = [*range(72), 101, 128, 222, 1023, 2367]


def sequence(length):
    """Top bytes of a prime times the powers of another."""
    state, made = 2654435761, bytearray()
    for _ in range(length):
        made.append(state >> 56)
        state = state * 11400714785074694797 & (1 << 64) - 1
    return bytes(made)


digests = {length: xxhash.xxh64_hexdigest(sequence(length)) for length in LENGTHS}
# The values that xxHash's own test states.
assert digests[0] == "ef46db3751d8e999"
assert digests[1] == "e934a84adb052768"
assert digests[14] == "8282dcc4994e35c8"
assert digests[222] == "b641ae8cb691c174"
path = pathlib.Path(__file__).with_name("xxh64.json")
path.write_text(json.dumps(digests, indent=0) + "\n")
