# Writes tokenizers-bpe-unigram.golden.json.gz: ids, type ids and word ids of small byte-level BPE, Unigram and WordPiece tokenizers with
# every supported member, and one hash over all code points of every normalizer and splitter.
# Run: python make_tokenizers_bpe_unigram.py   (needs: pip install tokenizers sentencepiece)
import gzip
import hashlib
import io
import json
import os
import tempfile
import sentencepiece
import tokenizers
from protobuf_fields import charsmap_of
from tokenizer_texts import Dice, hostile_text
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

FOLDER = os.path.dirname(os.path.abspath(__file__))
WRITTEN = [
    "Simpson Strong-Tie 12-Gauge Angle", "angle bracket it's we'll I'M", "3/4 in. x 8 ft. MDF", "", " ", "   two  blanks ",
    "Café Zoë naïve résumé ÅNGSTRÖM", "STRASSE Straße ΣΊΣΥΦΟΣ Σ ςσ", "İstanbul Iğdır ŞIK", "日本語のテキスト 東京 タワー", "한국어 검색 질의",
    "Привет, мир! Ёлка", "שלום עולם", "مرحبا بالعالم ١٢٣", "สวัสดีชาวโลก", "हिन्दी में पाठ क्षत्रिय", "family 👨‍👩‍👧 👍🏽 🇩🇪🇫🇷 ❤️ ☺́", "™́ ℹ̈ ㊗",
    "tab\tnew\nline\r\nend\u00a0nbsp\u2003em\u3000ideographic", "zero\u200bwidth\u00adsoft\ufeffbom", "control\u0001\u007f\u0085x\u000by\u0000z",
    "e\u0301 a\u0328\u0301 \u0301lone q\u0307\u0323", "“quotes” ``old'' — dash… ¿qué?", "<s>in</s> text<mask>and <mask> , <pad><unk>", "  <mask>  <mask>\t<x>  after",
    "wordy Wordy swordy wordy. wordy_ éwordy 'wordy'", "the CAFÉ! café! cafe\u0301!", "ﬁ ﬂ ½ № Ⅷ ℌ K Å ﷺ", "\u1e130 \U0001e130\u0301 \u0897\u0323", "x\u0378y\U000e0001z\U0010ffff",
]
LIMITS = [512, 16, 9, 5, 4]
RULES = {"\u00a0": " ", "\t": " ", "\r": " ", "\n": " ", "\r\n": "\n", "\u200b": "", "\ufb01": "fi", "\u2122": "TM", "\u2139": "i", "e\u0301": "é", "\u0958": "क", "\u3000": " ", "\u00bd": "1⁄2", "ab": "c", "\uff21": "A", "\U0001F468": "man"}
ROBERTA = ["<s>", "<pad>", "</s>", "<unk>"]
FLAGGED = [
    AddedToken("<mask>", lstrip=True, special=True), AddedToken("<x>", rstrip=True, lstrip=True), AddedToken("wordy", single_word=True, normalized=True),
    AddedToken("Café!", normalized=True), AddedToken("<x> <x>", normalized=False),
]


def small_charsmap():
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as rules:
        for source, target in RULES.items():
            rules.write(" ".join(f"{ord(char):X}" for char in source) + "\t" + " ".join(f"{ord(char):X}" for char in target) + "\n")
        rules.flush()
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(["hello world foo bar baz"] * 50), model_writer=model, vocab_size=20, hard_vocab_limit=False,
            normalization_rule_tsv=rules.name, minloglevel=2)
    return charsmap_of(model.getvalue())


dice = Dice(11)
TEXTS = WRITTEN + [hostile_text(dice, number) for number in range(6, 126) if number % 8 != 5] + ["lowerst" * 30, "日本" * 60]
CHARSMAP = small_charsmap()
NORMALIZERS = {
    "NFC": normalizers.NFC(), "NFD": normalizers.NFD(), "NFKC": normalizers.NFKC(), "NFKD": normalizers.NFKD(), "Lowercase": normalizers.Lowercase(),
    "StripAccents": normalizers.StripAccents(), "Nmt": normalizers.Nmt(), "Strip": normalizers.Strip(), "Precompiled": normalizers.Precompiled(CHARSMAP),
    "Replace": normalizers.Replace(Regex(r"\s{2,}|[\n\r\t]"), " "),
}
SPLITTERS = {"ByteLevel": pre_tokenizers.ByteLevel(add_prefix_space=False), "WhitespaceSplit": pre_tokenizers.WhitespaceSplit()}


def bpe(normalizer, pre_tokenizer, post_processor, **options):
    tokenizer = Tokenizer(models.BPE(**options))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, pre_tokenizer
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    if options.get("unk_token"):
        alphabet = [char for char in alphabet if char not in "zxĢŁ"]
    tokenizer.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=600, special_tokens=ROBERTA, initial_alphabet=alphabet, limit_alphabet=len(alphabet), show_progress=False))
    tokenizer.post_processor = post_processor
    tokenizer.add_tokens(FLAGGED)
    return tokenizer


def unigram(normalizer, pre_tokenizer, post_processor, byte_fallback=False):
    pieces = [(token, 0.0) for token in ROBERTA]
    trained = Tokenizer(models.Unigram())
    trained.normalizer, trained.pre_tokenizer = normalizer, pre_tokenizer
    # Not on the hostile texts: their characters are unknown then.
    trained.train_from_iterator(WRITTEN, trainers.UnigramTrainer(vocab_size=700, special_tokens=[], unk_token="<unk>", show_progress=False))
    pieces += [(piece, round(score, 4)) for piece, score in json.loads(trained.to_str())["model"]["vocab"] if piece not in ROBERTA]
    if byte_fallback:
        pieces += [(f"<0x{byte:02X}>", 0.0) for byte in range(256)]
    tokenizer = Tokenizer(models.Unigram(pieces, 3, byte_fallback))
    tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.post_processor = normalizer, pre_tokenizer, post_processor
    tokenizer.add_special_tokens(ROBERTA)
    tokenizer.add_tokens(FLAGGED)
    return tokenizer


def template(pair):
    return processors.TemplateProcessing(single="<s> $A </s>", pair=pair, special_tokens=[("<s>", 0), ("</s>", 2)])


roberta = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
xlmr, albert = template("<s> $A </s> </s> $B </s>"), template("<s> $A </s> $B:1 </s>:1")
spaces, metaspace = pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()


def word_piece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=40))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(WRITTEN, trainers.WordPieceTrainer(vocab_size=500, special_tokens=special, show_progress=False))
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.add_tokens(FLAGGED)
    return tokenizer


CASES = {
    "WordPiece with added tokens": word_piece(),
    "BPE as RoBERTa": bpe(None, SPLITTERS["ByteLevel"], roberta),
    "BPE as ModernBERT": bpe(normalizers.NFC(), pre_tokenizers.ByteLevel(add_prefix_space=True), processors.Sequence([processors.ByteLevel(trim_offsets=False), albert])),
    "BPE with unknown bytes": bpe(normalizers.Lowercase(), pre_tokenizers.Sequence([spaces, pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=False)]), xlmr, unk_token="<unk>", fuse_unk=True),
    "BPE with whole words first": bpe(normalizers.NFKD(), SPLITTERS["ByteLevel"], roberta, unk_token="<unk>", ignore_merges=True),
    "Unigram as XLM-R": unigram(normalizers.Precompiled(CHARSMAP), pre_tokenizers.Sequence([spaces, metaspace]), xlmr),
    "Unigram as ALBERT": unigram(normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(), normalizers.Precompiled(CHARSMAP), normalizers.Replace(Regex(" {2,}"), " ")]), metaspace, albert),
    "Unigram as DeBERTa-v2": unigram(normalizers.Sequence([normalizers.Replace(Regex(r"\s{2,}|[\n\r\t]"), " "), normalizers.NFC(), normalizers.Strip(left=False, right=True)]), metaspace, albert),
    "Unigram with bytes": unigram(normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Strip(), normalizers.Prepend("▁")]), pre_tokenizers.Metaspace(prepend_scheme="never"), xlmr, byte_fallback=True),
    "Unigram of whole texts": unigram(normalizers.NFKC(), pre_tokenizers.Metaspace(split=False), xlmr),
}


def hash_code_points(change):
    digest = hashlib.sha256()
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000:
            digest.update((change("a" + chr(code) + "\u0301 b") + "\n").encode())
    return digest.hexdigest()


def describe(encoding):
    return [encoding.ids, "".join(map(str, encoding.type_ids)), encoding.word_ids]


out = {"source": f"tokenizers {tokenizers.__version__}, sentencepiece {sentencepiece.__version__}, make_tokenizers_bpe_unigram.py", "texts": TEXTS, "codePoints": {}, "cases": {}}
for name, normalizer in NORMALIZERS.items():
    tokenizer = Tokenizer(models.WordLevel({"<unk>": 0}, "<unk>"))
    tokenizer.normalizer = normalizer
    member = json.loads(tokenizer.to_str())["normalizer"]
    out["codePoints"][name] = {"normalizer": member, "sha256": hash_code_points(normalizer.normalize_str)}
for name, splitter in SPLITTERS.items():
    tokenizer = Tokenizer(models.WordLevel({"<unk>": 0}, "<unk>"))
    tokenizer.pre_tokenizer = splitter
    member = json.loads(tokenizer.to_str())["pre_tokenizer"]
    # Where words end, as ByteLevel gives bytes for words.
    ends = lambda text, splitter=splitter: " ".join(f"{start}-{end}" for _, (start, end) in splitter.pre_tokenize_str(text))
    out["codePoints"][name] = {"preTokenizer": member, "sha256": hash_code_points(ends)}
for name, tokenizer in CASES.items():
    case = {"tokenizer": json.loads(tokenizer.to_str()), "singles": [], "pairs": []}
    for text in TEXTS:
        case["singles"].append(describe(tokenizer.encode(text)))
    for index in range(0, len(TEXTS), 3):
        limit, other = LIMITS[index % len(LIMITS)], (index * 7 + 3) % len(TEXTS)
        tokenizer.enable_truncation(limit, strategy="longest_first")
        case["pairs"].append([limit, index, other, *describe(tokenizer.encode(TEXTS[index], TEXTS[other]))])
        tokenizer.no_truncation()
    out["cases"][name] = case
with open(os.path.join(FOLDER, "tokenizers-bpe-unigram.golden.json.gz"), "wb") as file:
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=9, mtime=0, filename="") as zipped:
        zipped.write(json.dumps(out, separators=(",", ":")).encode())
