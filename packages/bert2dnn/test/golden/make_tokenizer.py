# Writes tokenizer.golden.json: ids of Hugging Face's BERT tokenizer for texts of many scripts and odd characters,
# and one hash over all code points. Run: python make_tokenizer.py   (needs: pip install tokenizers)
import hashlib
import json
import os
import random
import tokenizers
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors, trainers
from tokenizers.models import WordPiece

TEXTS = [
    "Simpson Strong-Tie 12-Gauge Angle", "angle bracket", "3/4 in. x 8 ft. MDF", "it's a so-so film !",
    "Café Zoë naïve résumé ÅNGSTRÖM", "STRASSE Straße ΣΊΣΥΦΟΣ Σ ςσ", "İstanbul Iğdır ŞIK", "日本語のテキスト 東京 タワー",
    "中文产品标题 4K电视", "한국어 검색 질의", "Привет, мир! Ёлка", "שלום עולם", "مرحبا بالعالم ١٢٣", "สวัสดีชาวโลก",
    "हिन्दी में पाठ", "emoji 😀👍🏽 family 👨‍👩‍👧", "tab\tnew\nline\r\nend\u00a0nbsp\u2003em", "zero\u200bwidth\u00adsoft\ufeffbom",
    "control\u0001\u007f\u0085x\u000by", "e\u0301 combining a\u0328\u0301", "$10.99 50% off #1 @home <b>&amp;</b>", "“quotes” — dash… ‘x’ ¿qué? 「括弧」",
    "[CLS] in text [SEP]x[MASK] [PAD", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐐀𐐨 ﬁ ﬂ ½ №", "\ufffd\ufffe replacement", "a" * 99 + "b", "a" * 100 + "b", "😀" * 101,
    "", " ", "한글 각 가\u1100\u1161", "Ǆ ǅ Ⅷ ℌ K Å", "x\u0378y\U000e0001z\U0010ffff", "\u1734\u166d\u20f0\U00020000\U0002b820\U0002f800",
]
random.seed(7)
RANGES = [(0x20, 0x7F), (0, 0x300), (0x300, 0x600), (0x900, 0x1200), (0x1E00, 0x2700), (0x3000, 0xA000), (0xAC00, 0xD7FF), (0xF900, 0x10000), (0x10000, 0x1FFFF), (0, 0x10FFFF)]
for _ in range(120):
    chars = []
    for _ in range(random.randint(1, 24)):
        low, high = random.choice(RANGES)
        code = random.randint(low, high)
        chars.append(" " if 0xD800 <= code < 0xE000 else chr(code))
    TEXTS.append("".join(chars))
OPTIONS = [
    dict(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True),
    dict(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=False),
    dict(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False),
    dict(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=True),
]
LIMITS = [512, 16, 9, 5, 3]


def build(options):
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(**options)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=420, special_tokens=special, limit_alphabet=330, show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", tokenizer.token_to_id("[CLS]")), ("[SEP]", tokenizer.token_to_id("[SEP]"))])
    return tokenizer


def code_point_hash(options):
    normalizer, split, digest = normalizers.BertNormalizer(**options), pre_tokenizers.BertPreTokenizer(), hashlib.sha256()
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000:
            continue
        words = split.pre_tokenize_str(normalizer.normalize_str("a" + chr(code) + "b"))
        digest.update(("|".join(word for word, _ in words) + "\n").encode())
    return digest.hexdigest()


out = {"source": f"tokenizers {tokenizers.__version__}, make_tokenizer.py", "texts": TEXTS, "cases": []}
for options in OPTIONS:
    tokenizer = build(options)
    case = {"options": options, "codePointsSha256": code_point_hash(options), "tokenizer": json.loads(tokenizer.to_str()), "singles": [], "pairs": []}
    for text in TEXTS:
        case["singles"].append(tokenizer.encode(text).ids)
    for index, text in enumerate(TEXTS[:60]):
        limit, other = LIMITS[index % len(LIMITS)], TEXTS[(index * 7 + 3) % 60]
        tokenizer.enable_truncation(limit, strategy="longest_first")
        encoding = tokenizer.encode(text, other)
        case["pairs"].append({"limit": limit, "first": index, "second": (index * 7 + 3) % 60, "ids": encoding.ids, "typeIds": "".join(map(str, encoding.type_ids))})
        tokenizer.no_truncation()
    out["cases"].append(case)
with open(os.path.join(os.path.dirname(__file__), "tokenizer.golden.json"), "w") as file:
    json.dump(out, file, ensure_ascii=True, separators=(",", ":"))
