# Writes src/teacher/tokenizer/character-tables.ts: how Hugging Face `tokenizers` classes every code point.
# Its Unicode tables are older than Node's, so the classes are copied, not taken from \p{...}.
# Run: python make_character_tables.py   (needs: pip install tokenizers sentencepiece regex; node 20 with Unicode 17 or later)
import io
import json
import os
import subprocess
import regex
import sentencepiece
import tokenizers
from protobuf_fields import charsmap_of
from tokenizers import AddedToken, Regex, Tokenizer, models
from tokenizers.normalizers import NFC, NFD, NFKC, NFKD, BertNormalizer, Precompiled, StripAccents
from tokenizers.pre_tokenizers import BertPreTokenizer, Split

OFF = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
clean = BertNormalizer(**{**OFF, "clean_text": True})
chinese = BertNormalizer(**{**OFF, "handle_chinese_chars": True})
accents = BertNormalizer(**{**OFF, "strip_accents": True})
split = BertPreTokenizer()
without_letters, without_numbers = Split(Regex(r"\p{L}"), "removed"), Split(Regex(r"\p{N}"), "removed")
combining = StripAccents()
single_word = Tokenizer(models.WordLevel({"[UNK]": 0, "ab": 1}, unk_token="[UNK]"))
single_word.add_tokens([AddedToken("ab", single_word=True)])

CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
classes = {"REMOVED": [], "SPACE": [], "CHINESE": [], "MARK": [], "PUNCTUATION": [], "SEPARATOR": [],
           "LETTER": [], "NUMBER": [], "WORD": [], "COMBINING": []}
for code in CODES:
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
    if len(without_letters.pre_tokenize_str("-" + char + "-")) == 2:
        classes["LETTER"].append(code)
    if len(without_numbers.pre_tokenize_str("-" + char + "-")) == 2:
        classes["NUMBER"].append(code)
    if 1 not in single_word.encode("ab" + char).ids:
        classes["WORD"].append(code)
    if combining.normalize_str(char) == "":
        classes["COMBINING"].append(code)

# Code points that today's normal forms change and the old ones of `tokenizers` leave alone, with what they compose from.
NODE = """
const changed = [], ordered = [], composed = [];
for (let code = 0; code < 0x110000; code++) {
  if (code >= 0xd800 && code < 0xe000) continue;
  const char = String.fromCodePoint(code), nfd = char.normalize('NFD');
  if (nfd !== char || char.normalize('NFKD') !== char) changed.push(code);
  if (nfd === char && ((char + '\\u0334').normalize('NFD') !== char + '\\u0334' || ('\\u0345' + char).normalize('NFD') !== '\\u0345' + char)) ordered.push(code);
  if ([...nfd].length === 2 && nfd.normalize('NFC') === char) composed.push([code, nfd]);
}
console.log(JSON.stringify([changed, ordered, composed]));
"""
changed, ordered, composed = json.loads(subprocess.run(["node", "-e", NODE], capture_output=True, check=True).stdout)
nfd, nfkd, nfc, nfkc = NFD(), NFKD(), NFC(), NFKC()
inert = {code for code in changed if all(form.normalize_str(chr(code)) == chr(code) for form in (nfc, nfd, nfkc, nfkd))}
for code in ordered:
    after, before = chr(code) + "\u0334", "\u0345" + chr(code)
    if nfd.normalize_str(after) == after and nfd.normalize_str(before) == before:
        inert.add(code)
inert |= {ord(parts[0]) for code, parts in composed if nfc.normalize_str(parts) != chr(code)}
classes["UNKNOWN_FORM"] = sorted(inert)

# Grapheme clusters. What joins "a" is measured through a charsmap of a -> X, which swallows the rest of a cluster.
with open("/tmp/bert2dnn-rules.tsv", "w") as rules:
    rules.write("61\t58\n")
model = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(["hello world foo bar baz"] * 50), model_writer=model, vocab_size=20,
    hard_vocab_limit=False, normalization_rule_tsv="/tmp/bert2dnn-rules.tsv", minloglevel=2)
swallow = Precompiled(charsmap_of(model.getvalue()))
joins = {code for code in CODES if code > 0 and swallow.normalize_str("a" + chr(code)) == "X"}


def property_of(pattern):
    compiled = regex.compile(pattern)
    return {code for code in CODES if compiled.match(chr(code))}


classes["SPACING"] = sorted(joins & property_of(r"\p{GCB=SpacingMark}"))
classes["LINKER"] = sorted(joins & property_of(r"\p{InCB=Linker}"))
classes["EXTEND"] = sorted(joins - set(classes["SPACING"]) - set(classes["LINKER"]) - {0x200D})
classes["CONTROL"] = sorted(property_of(r"\p{GCB=Control}") | {10, 13})
classes["PREPEND"] = sorted(property_of(r"\p{GCB=Prepend}"))
classes["CONSONANT"] = sorted(property_of(r"\p{InCB=Consonant}"))
classes["PICTOGRAPH"] = sorted(property_of(r"\p{Extended_Pictographic}"))


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


CLUSTER_CLASSES = ["SPACING", "LINKER", "EXTEND", "CONTROL", "PREPEND", "CONSONANT", "PICTOGRAPH"]


def write(name, subject, names):
    path = os.path.join(os.path.dirname(__file__), "../../src/teacher/tokenizer", name)
    with open(path, "w") as out:
        out.write(f"// {subject}\n")
        out.write(f"// Made by test/golden/make_character_tables.py with tokenizers {tokenizers.__version__}; not edited by hand.\n")
        out.write("// Each table: pairs `gap length` in base 36 (code points left out, code points that belong).\n")
        for name in names:
            line = f"export const {name}_RANGES = '{pack(classes[name])}';"
            out.write("\n" + (line if len(line) <= 100 else line.replace(" = '", " =\n  '")) + "\n")


write("character-tables.ts", "How Hugging Face `tokenizers` classes every Unicode code point; its tables are older than Node's.",
      [name for name in classes if name not in CLUSTER_CLASSES])
write("cluster-tables.ts", "The part of every code point in a grapheme cluster, as Hugging Face `tokenizers` cuts them (Unicode 17).", CLUSTER_CLASSES)
