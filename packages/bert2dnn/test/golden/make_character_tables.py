# Writes src/teacher/tokenizer/character-tables.ts: how Hugging Face `tokenizers` classes every code point.
# Its Unicode tables are older than Node's, so the classes are copied, not taken from \p{...}.
# Run: python make_character_tables.py   (needs: pip install tokenizers)
import os
import tokenizers
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

OFF = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
clean = BertNormalizer(**{**OFF, "clean_text": True})
chinese = BertNormalizer(**{**OFF, "handle_chinese_chars": True})
accents = BertNormalizer(**{**OFF, "strip_accents": True})
split = BertPreTokenizer()

classes = {"REMOVED": [], "SPACE": [], "CHINESE": [], "MARK": [], "PUNCTUATION": [], "SEPARATOR": []}
for code in range(0x110000):
    if 0xD800 <= code < 0xE000:
        continue
    char = chr(code)
    cleaned = clean.normalize_str("a" + char + "b")
    if cleaned == "ab":
        classes["REMOVED"].append(code)
    elif cleaned == "a b":
        classes["SPACE"].append(code)
    if chinese.normalize_str(char) != char:
        classes["CHINESE"].append(code)
    if accents.normalize_str(char) == "":
        classes["MARK"].append(code)
    words = [word for word, _ in split.pre_tokenize_str("a" + char + "b")]
    if words == ["a", "b"]:
        classes["SEPARATOR"].append(code)
    elif words == ["a", char, "b"]:
        classes["PUNCTUATION"].append(code)


def base36(value):
    digits = ""
    while True:
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36] + digits
        value //= 36
        if value == 0:
            return digits


def pack(codes):
    """`gap length` pairs in base 36: code points left out, then code points that belong."""
    words, position, index = [], 0, 0
    while index < len(codes):
        end = index
        while end + 1 < len(codes) and codes[end + 1] == codes[end] + 1:
            end += 1
        words += [base36(codes[index] - position), base36(codes[end] - codes[index] + 1)]
        position, index = codes[end] + 1, end + 1
    return " ".join(words)


path = os.path.join(os.path.dirname(__file__), "../../src/teacher/tokenizer/character-tables.ts")
with open(path, "w") as out:
    out.write("// How Hugging Face `tokenizers` classes every Unicode code point; its tables are older than Node's.\n")
    out.write(f"// Made by test/golden/make_character_tables.py with tokenizers {tokenizers.__version__}; not edited by hand.\n")
    out.write("// Each table: pairs `gap length` in base 36 (code points left out, code points that belong).\n")
    for name, codes in classes.items():
        out.write(f"\nexport const {name}_RANGES =\n  '{pack(codes)}';\n")
