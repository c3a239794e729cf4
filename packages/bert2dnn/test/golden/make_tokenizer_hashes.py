# Trains a 30,000 byte-level BPE and a 30,000 Unigram tokenizer, and writes tokenizer-hashes.json: of each tokenizer one hash
# per 1,000 texts over the ids, type ids and word ids of 100,075 real and 5,000 hostile texts.
# Run: python make_tokenizer_hashes.py SHARED [--train]   (needs: pip install tokenizers sentencepiece)
# SHARED holds data/ and teachers/ as README, "Real data", says. Without --train the tokenizers at hand are kept.
import gzip
import hashlib
import io
import json
import os
import sys

os.environ["TOKENIZERS_PARALLELISM"] = "false"
import sentencepiece
import tokenizers
from protobuf_fields import charsmap_of
from tokenizer_texts import hostile_texts, real_texts
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

SIZE = 30000
PAIR_LIMIT = 32
BLOCK = 1000
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizers")
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]


def write_gzip(path, tokenizer):
    # Sorted by id, without the merges' spaces and without a time: equal tokenizers give equal files.
    content = tokenizer.to_str()
    with open(path, "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", compresslevel=9, mtime=0, filename="") as zipped:
        zipped.write(content.encode())


def train_bpe(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=SIZE, special_tokens=SPECIAL + ["<mask>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
    return tokenizer


def train_unigram(texts):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=model, vocab_size=SIZE, model_type="unigram", normalization_rule_name="nmt_nfkc",
        character_coverage=0.9999, num_threads=2, minloglevel=2, unk_id=0, bos_id=-1, eos_id=-1, pad_id=-1)
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    # As XLM-R has them: its own special tokens first, <unk> among them, <mask> last.
    vocabulary = [(token, 0.0) for token in SPECIAL]
    vocabulary += [(pieces.id_to_piece(index), round(pieces.get_score(index), 4)) for index in range(1, pieces.get_piece_size())]
    vocabulary.append(("<mask>", 0.0))
    tokenizer = Tokenizer(models.Unigram(vocabulary, 3, False))
    tokenizer.normalizer = normalizers.Precompiled(charsmap_of(model.getvalue()))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer.add_special_tokens([*SPECIAL, AddedToken("<mask>", lstrip=True, special=True)])
    return tokenizer


def describe(encoding):
    words = " ".join("-" if word is None else str(word) for word in encoding.word_ids)
    return f"{' '.join(map(str, encoding.ids))}|{''.join(map(str, encoding.type_ids))}|{words}\n"


def hash_blocks(content, rows):
    """One SHA-256 per block of rows; a pair is cut to PAIR_LIMIT tokens, a single text is not."""
    singles, pairs = Tokenizer.from_str(content), Tokenizer.from_str(content)
    for tokenizer in (singles, pairs):
        tokenizer.no_padding()
    singles.no_truncation()
    pairs.enable_truncation(PAIR_LIMIT, strategy="longest_first")
    hashes = []
    for start in range(0, len(rows), BLOCK):
        digest = hashlib.sha256()
        for row in rows[start : start + BLOCK]:
            digest.update(describe(singles.encode(row[0]) if len(row) == 1 else pairs.encode(*row)).encode())
        hashes.append(digest.hexdigest())
    return hashes


def main():
    shared = sys.argv[1]
    rows = real_texts(os.path.join(shared, "data"))
    os.makedirs(FOLDER, exist_ok=True)
    paths = {"bpe": os.path.join(FOLDER, "bpe-30k.json.gz"), "unigram": os.path.join(FOLDER, "unigram-30k.json.gz")}
    if "--train" in sys.argv or not all(map(os.path.exists, paths.values())):
        # Every third row, cut short: no long review counts for more than ten short ones.
        texts = [text[:1000] for row in rows[::3] for text in row]
        write_gzip(paths["bpe"], train_bpe(texts))
        write_gzip(paths["unigram"], train_unigram(texts))
    # Name -> where its tokenizer.json lies: in SHARED or here.
    sources = {
        "wordpiece": "teachers/minilm-l6/tokenizer.json",
        "bpe": "tokenizers/bpe-30k.json.gz",
        "unigram": "tokenizers/unigram-30k.json.gz",
    }
    rows = rows + hostile_texts()
    out = {
        "source": f"tokenizers {tokenizers.__version__}, sentencepiece {sentencepiece.__version__}, make_tokenizer_hashes.py",
        "numTexts": len(rows), "pairLimit": PAIR_LIMIT, "block": BLOCK, "tokenizers": {},
    }
    for name, source in sources.items():
        if name == "wordpiece":
            with open(os.path.join(shared, source)) as file:
                content = file.read()
        else:
            with gzip.open(paths[name]) as file:
                content = file.read().decode()
        out["tokenizers"][name] = {"file": source, "hashes": hash_blocks(content, rows)}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer-hashes.json"), "w") as file:
        json.dump(out, file, indent=1)
        file.write("\n")


main()
