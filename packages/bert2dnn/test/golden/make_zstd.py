# Makes zstd.json: a small table compressed by the zstd command line (1.5.x) at several levels, for test/data/zstd.test.ts.
# Run: python3 make_zstd.py (needs `zstd` on the path).
import base64
import hashlib
import json
import pathlib
import random
import subprocess

WORDS = "drill cordless battery hammer steel paint brush white garden hose led bulb screw wood deck kit".split()


def table(rows, seed):
    draw = random.Random(seed)
    lines = ["query\ttitle\tlabel"]
    for _ in range(rows):
        query = " ".join(draw.choices(WORDS, k=2))
        title = " ".join(draw.choices(WORDS, k=6))
        lines.append(f"{query}\t{title} – é\t{draw.choice([0, 0.5, 1])}")
    return ("\n".join(lines) + "\n").encode()


def compress(plain, *options):
    done = subprocess.run(["zstd", "-q", "-c", *options], input=plain, capture_output=True, check=True)
    return done.stdout


plain = table(120, 3)
letters = bytes(random.Random(5).choices(b"abcdefgh", k=3000))
noise = random.Random(7).randbytes(400)
cases = {
    "fast": (plain, compress(plain, "-1")),
    "best": (plain, compress(plain, "--ultra", "-22")),
    "no checksum": (plain, compress(plain, "-9", "--no-check")),
    "two frames": (plain + b"end", compress(plain, "-3") + compress(b"end")),
    "runs": (bytes(200_000), compress(bytes(200_000))),
    "letters (Huffman, few matches)": (letters, compress(letters, "-1")),
    "noise (a raw block)": (noise, compress(noise)),
    "nothing": (b"", compress(b"")),
}
golden = [
    {
        "name": name,
        "plainBytes": len(plain),
        "plainSha256": hashlib.sha256(plain).hexdigest(),
        "compressed": base64.b64encode(compressed).decode(),
    }
    for name, (plain, compressed) in cases.items()
]
path = pathlib.Path(__file__).with_name("zstd.json")
path.write_text(json.dumps(golden, indent=1) + "\n")
