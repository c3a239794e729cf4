# The texts of make_tokenizer_hashes.py: real ones of a data folder and hostile ones made by rule.
# test/teacher/tokenizer-texts.ts makes the same; a change here needs one there.
import gzip
import os

# File, columns. Two columns are a pair.
FILES = [
    ("sst2/train.tsv.gz", [0]), ("sst2/dev.tsv.gz", [0]),
    ("reviews/imdb-0.tsv.gz", [2]), ("reviews/imdb-1.tsv.gz", [2]), ("reviews/imdb-2.tsv.gz", [2]), ("reviews/imdb-3.tsv.gz", [2]),
    ("reviews/amazon.tsv.gz", [2]),
    ("search/homedepot.tsv.gz", [0, 1]), ("search/crowdflower.tsv.gz", [0, 1]), ("search/catalogue.tsv.gz", [1]),
]
# Of 19 rows, counted through all files, these are taken: 100,075 of 475,356.
TAKEN = {0, 5, 10, 14}
NUM_HOSTILE = 5000


def read_rows(data):
    """Every row of every file as a list of its one or two texts."""
    for name, columns in FILES:
        with gzip.open(os.path.join(data, name)) as file:
            for line in file.read().decode().split("\n")[1:]:
                if line != "":
                    cells = line.split("\t")
                    yield [cells[column] for column in columns]


def real_texts(data):
    return [row for number, row in enumerate(read_rows(data)) if number % 19 in TAKEN]


class Dice:
    """A linear congruential generator of 32 bits; the low 8 are not used."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (self.state >> 8) % limit

    def pick(self, values):
        return values[self.below(len(values))]

    def code(self, ranges):
        low, high = self.pick(ranges)
        code = low + self.below(high - low)
        return " " if 0xD800 <= code < 0xE000 else chr(code)


SCRIPTS = [(0x20, 0x7F), (0xA0, 0x250), (0x250, 0x370), (0x370, 0x530), (0x530, 0x700), (0x900, 0xE00), (0xE00, 0x1200), (0x1200, 0x1900), (0x1A00, 0x2000), (0x2000, 0x2C00), (0x2C00, 0x3000), (0x3000, 0x3400), (0x4E00, 0x9FFF), (0xA000, 0xAC00), (0xAC00, 0xD7B0), (0xD7B0, 0xD800), (0xF900, 0x10000), (0x10000, 0x11000), (0x11000, 0x12000), (0x16000, 0x17000), (0x1B000, 0x1C000), (0x1CC00, 0x1E000), (0x1E000, 0x1F000), (0x1F000, 0x20000), (0x20000, 0x20100), (0xE0000, 0xE0200), (0xF0000, 0x10FFFF)]
MARKS = [(0x300, 0x370), (0x483, 0x488), (0x591, 0x5C0), (0x64B, 0x660), (0x93A, 0x950), (0x1AB0, 0x1AF0), (0x1DC0, 0x1E00), (0x20D0, 0x20F1), (0xFE20, 0xFE30), (0x1E130, 0x1E137)]
CONTROLS = [(0x0, 0x20), (0x7F, 0xA0), (0x2000, 0x2010), (0x2028, 0x2030), (0x2060, 0x2070), (0xFFF9, 0xFFFE)]
EMOJI = ["\U0001F600", "\U0001F468", "\U0001F469", "\U0001F467", "\u2764", "\u263A", "\u2122", "\u3299", "\u00A9", "\u2139", "\U0001F1E9", "\U0001F1EA", "\U0001F3F4"]
JOINS = ["\u200D", "\uFE0F", "\U0001F3FD", "\u20E3", "\u0301", "", "", " ", "\u200D", "\u094D"]
PIECES = ["<mask>", "<s>", "</s>", "<unk>", "<pad>", "[MASK]", "[SEP]", "[CLS]", "[UNK]", "<0x0A>", "\u2581", "<x>", "wordy", "Wordy", "caf\u00e9!", "a", "z9", " ", "  ", "\t", "\n", ".", "_", "\u3000", "\u0301", "mask>"]
SPACES = ["it's", "we'll", "I'm", "they've", "'d", "'S", "'re", "''", "``", "12", "\u00bd", "\u0664", "x", "\r\n", "\r", "\n", "\t", " ", "  ", "\u00a0", "\u3000", "\u2028", "\u0085", "\u200b", "\ufeff", "\u180e", "-", "!?", "\u2581", "\u00e9"]
LETTERS = ["abc", "lowerst", "\u03b1\u03b2\u03c3\u03a3", "\u65e5\u672c\u8a9e", "\u0e01\u0e33\u0e49", "\U0001F600\u200D", "\u00e4\u00f6\u0308u"]


def hostile_text(dice, number):
    kind = number % 8
    if kind == 0:
        return "".join(dice.code(SCRIPTS) for _ in range(1 + dice.below(40)))
    if kind == 1:
        script = [dice.pick(SCRIPTS)]
        return "".join(" " if dice.below(6) == 0 else dice.code(script) for _ in range(1 + dice.below(60)))
    if kind == 2:
        return "".join(dice.pick(EMOJI) + dice.pick(JOINS) for _ in range(1 + dice.below(20)))
    if kind == 3:
        return "".join(dice.code(CONTROLS) if dice.below(2) == 0 else dice.code([(0x20, 0x7F)]) for _ in range(1 + dice.below(40)))
    if kind == 4:
        return "".join(dice.code(MARKS) if dice.below(3) > 0 else dice.code(SCRIPTS) for _ in range(1 + dice.below(40)))
    if kind == 5:
        letters = dice.pick(LETTERS)
        return "".join(dice.pick(letters) for _ in range(5000 if number % 64 == 5 else 1 + dice.below(300)))
    if kind == 6:
        return "".join(dice.pick(PIECES) for _ in range(1 + dice.below(20)))
    return "".join(dice.pick(SPACES) for _ in range(1 + dice.below(30)))


def hostile_texts(count=NUM_HOSTILE):
    dice = Dice(7)
    return [[hostile_text(dice, number)] for number in range(count)]
