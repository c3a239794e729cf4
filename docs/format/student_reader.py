"""Scores with a student of bert2dnn, written from docs/format.md alone and with nothing but Python's standard library.

An example for readers in other languages, readable before fast. It reads float32, float16 and int8, folders and single
files, and every kind of block; it does not cut scripts without spaces (Thai, Han, Kana and others) into words.

    python3 student_reader.py vectors.json    the inputs of test vectors in, everything computed from them out, as JSON
"""
import hashlib
import json
import math
import os
import re
import struct
import sys
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

# ---------------------------------------------------------------------------------------------------------- characters


def character_class(*majors):
    """The characters of general categories that begin with one of `majors`, to stand in [...] of a pattern."""
    ranges, start = [], None
    for code in range(0x110001):
        inside = code < 0x110000 and unicodedata.category(chr(code))[0] in majors
        if inside and start is None:
            start = code
        if not inside and start is not None:
            ranges.append(re.escape(chr(start)) + "-" + re.escape(chr(code - 1)))
            start = None
    return "".join(ranges)


L, N, LN = character_class("L"), character_class("N"), character_class("L", "N")
SEPARATOR, LETTER, DIGIT, MARK = range(4)
SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def kind_of(text, position):
    if not 0 <= position < len(text):
        return SEPARATOR
    category = unicodedata.category(text[position])[0]
    if category not in "LNM":
        return SEPARATOR
    if SPACELESS.match(text[position]):
        raise NotImplementedError("scripts without spaces need ICU's word segmenter")
    return {"M": MARK, "N": DIGIT, "L": LETTER}[category]


def to_units(text):
    """The text with one character a UTF-16 unit."""
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(unit) for unit in struct.unpack(f"<{len(data) // 2}H", data))


def from_units(units):
    return b"".join(struct.pack("<H", ord(unit)) for unit in units).decode("utf-16-le", "surrogatepass")


# --------------------------------------------------------------------------------------------------------------- words


def normalize(text):
    if text.isascii():
        return text.lower()
    spaced = text.replace("\u2122", " ").replace("\u2120", " ")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", spaced).lower())


def split_words(text):
    text, words, position = normalize(text), [], 0
    while position < len(text):
        kind = kind_of(text, position)
        if kind == LETTER:
            position = take_name(text, position, words)
        elif kind == DIGIT:
            position = take_quantity(text, position, words)
        else:
            position += 1
    return words


def take_name(text, position, words):
    word = ""
    while position < len(text):
        if kind_of(text, position) != SEPARATOR:
            word += text[position]
        elif not (
            text[position] in "'\u2019"
            and kind_of(text, position - 1) == LETTER
            and ord(text[position - 1]) <= 0xFFFF
            and kind_of(text, position + 1) == LETTER
        ):
            break
        position += 1
    words.append(word)
    return position


def take_quantity(text, position, words):
    piece, piece_kind = "", DIGIT
    while position < len(text):
        kind = kind_of(text, position)
        if kind in (LETTER, DIGIT) and kind != piece_kind:
            words.append(piece)
            piece, piece_kind = "", kind
        is_point = piece_kind == DIGIT and text[position] == "." and kind_of(text, position + 1) == DIGIT
        if kind == SEPARATOR and not is_point:
            break
        piece += text[position]
        position += 1
    words.append(piece)
    return position


def read_units():
    """Unit by spelling, from the lines of the table in docs/format.md."""
    table = """
        in: in inch inches " '' \u201d \u2032\u2032; ft: ft foot feet ' \u2019 \u2032; yd: yd yds yard yards;
        mm: mm millimeter millimeters millimetre millimetres; cm: cm centimeter centimeters centimetre centimetres;
        m: m meter meters metre metres; sqft: sqft sqfoot sqfeet squareft squarefoot squarefeet;
        cuft: cuft cufoot cufeet cubicft cubicfoot cubicfeet; gal: gal gals gallon gallons; qt: qt qts quart quarts;
        oz: oz ounce ounces; lb: lb lbs pound pounds; kg: kg kilogram kilograms;
        ml: ml milliliter milliliters millilitre millilitres; l: l liter liters litre litres; v: v volt volts;
        w: w watt watts; kw: kw kilowatt kilowatts; amp: amp amps ampere amperes; ah: ah amphour amphours;
        hp: hp horsepower; btu: btu btus; ga: ga gauge; psi: psi; cfm: cfm; gpm: gpm; gpf: gpf; lumen: lumen lumens;
        deg: deg degree degrees \u00b0; pct: pct percent %; pack: pack packs pk pks ct count;
        piece: piece pieces pc pcs
    """
    rows = [row.split(":") for row in table.split(";")]
    return {spelling: name.strip() for name, spellings in rows for spelling in spellings.split()}


UNITS = read_units()
UNIT_NAMES = set(UNITS.values())
MEASURE = "[0-9.][0-9./-]{0,12}['\"\u2019\u201d\u2032]{0,2}"
MEASURES = re.compile(f"(?<![{LN}.]){MEASURE}(?: ?x ?{MEASURE})+")
FRACTION = re.compile(
    f"(?<![{LN}./])(?:([0-9]{{1,3}})(?: ?- ?| +))?([0-9]{{1,2}})/(2|3|4|8|16|32|64)(?![{N}/]|\\.[0-9])"
)
LEADING_POINT = re.compile(f"(?<![{LN}.])\\.(?=[0-9])")
THOUSANDS = re.compile(f"(?<![{LN}.,])([0-9]{{1,3}})((?:,[0-9]{{3}})+)(?![{N},]|\\.[0-9])")
DECIMAL = re.compile(f"(?<![{LN}.])([0-9]+)\\.([0-9]+)(?![{N}]|\\.[0-9])")
PACK_OF = re.compile(f"(?<![{LN}])(?:pack|case|box|set) +of +([0-9]+)(?![{N}.,/])")
UNIT = re.compile(
    "([0-9])(?:[ -]{0,2}((?:sq|square|cu|cubic)\\.?[ -]?(?:ft|foot|feet)|amp[ -]hours?|[a-z]+)\\.?"
    "| ?(''|\u2032\u2032|[\"'\u2019\u201d\u2032\u00b0%]))"
)
REPEATED = re.compile(f"([0-9]) (in|ft|mm|cm|m) +x +(?=[0-9.]+ (?:x [0-9.]+ )*\\2(?![{LN}]))")


def split_quantities(text):
    if not any(unicodedata.category(character)[0] == "N" for character in text):
        return split_words(text)
    parted = re.sub("([0-9])([\u00bc-\u00be\u2150-\u215e])", r"\1 \2", text)
    return split_words(rewrite_quantities(normalize(parted)))


def rewrite_quantities(text):
    if not re.search("[0-9]", text):
        return text
    text = text.replace("\u2044", "/").replace("\u00d7", "x")
    text = MEASURES.sub(lambda match: re.sub(" ?x ?", " x ", match[0]), text)
    text = FRACTION.sub(decimal_of, text)
    text = LEADING_POINT.sub("0.", text)
    text = THOUSANDS.sub(lambda match: match[0].replace(",", ""), text)
    text = DECIMAL.sub(lambda match: match[0].rstrip("0").rstrip("."), text)
    text = PACK_OF.sub(r"\1 pack", text)
    text = UNIT.sub(with_unit, text)
    return REPEATED.sub(r"\1 x ", text)


def decimal_of(match):
    share = int(match[2]) / int(match[3])
    if share >= 1:
        return match[0]
    rounded = Decimal(int(match[1] or 0) + share).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return str(rounded).rstrip("0").rstrip(".")


def with_unit(match):
    text, word = match.string, match[2]
    if word == "a":
        name = "amp" if match[0][1] == "a" else None
    else:
        spelling = word or match[3]
        name = UNITS.get(re.sub("[ .-]", "", spelling) if word and len(word) > 3 else spelling)
    start = match.start()
    while start > 0 and text[start - 1] in "0123456789.":
        start -= 1
    behind = text[match.end() : match.end() + 1]
    category = unicodedata.category(behind)[0] if behind and behind <= "\uffff" else ""
    is_part = text[start] == "." or (start > 0 and is_basic_letter(text[start - 1]))
    is_cut = word is not None and not match[0].endswith(".") and (category in ("L", "N") or behind == "/")
    if name is None or is_part or is_cut or (match[3] is not None and category == "L"):
        return match[0]
    return f"{match[1]} {name} "


def is_basic_letter(character):
    return character <= "\uffff" and unicodedata.category(character)[0] == "L"


def split_paper(text):
    return text.lower().split(" ")


def tokenizer_of(text):
    """Splitter and marks of a definition's `text`."""
    if text["tokenizer"] == "paper":
        return split_paper, ("^", "$s")
    return (split_quantities if text.get("quantities") else split_words), ("^", "$")


def make_ngrams(words, highest, marks):
    """Lists of words."""
    if not words:
        return []
    marked = [marks[0], *words, marks[1]]
    runs = (marked[start : start + length] for start in range(len(marked)) for length in range(1, highest + 1)
            if start + length <= len(marked))
    grams = list(runs)
    return [gram for place, gram in enumerate(grams) if len(gram) > 1 or not is_mark(grams, place)]


def is_mark(grams, place):
    """Whether a single word is the first or the last of the marked words."""
    return place == 0 or place == len(grams) - 1


# -------------------------------------------------------------------------------------------------------------- hashes


def multiply(left, right):
    return left * right & 0xFFFFFFFF


def rotate(value, places):
    return (value << places | value >> (32 - places)) & 0xFFFFFFFF


def mix(h, value):
    value = multiply(rotate(multiply(value, 0xCC9E2D51), 15), 0x1B873593)
    return (rotate(h ^ value, 13) * 5 + 0xE6546B64) & 0xFFFFFFFF


def finish(h):
    h = multiply(h ^ h >> 16, 0x85EBCA6B)
    h = multiply(h ^ h >> 13, 0xC2B2AE35)
    return h ^ h >> 16


def hash_word(units):
    h = 0
    for unit in units:
        h = mix(h, ord(unit))
    return finish(h ^ 4 * len(units))


def pair_hash(left, right):
    return finish(mix(left, right))


# ----------------------------------------------------------------------------------------------------- stems and kinds

IRREGULAR = {
    "shelves": "shelf", "knives": "knife", "leaves": "leaf", "halves": "half", "feet": "foot", "teeth": "tooth",
    "mice": "mouse", "men": "man", "women": "woman", "children": "child",
}


def stem_of(word):
    if not re.fullmatch("[a-z]{3,}", word):
        return word
    singular = singular_of(word)
    base = IRREGULAR.get(word) or IRREGULAR.get(singular) or singular
    base = take_off(base, ("ing", "ed"), 3)
    base = take_off(base, ("er",), 4)
    if len(base) > 3 and base.endswith("e"):
        return base[:-1]
    if len(base) > 3 and base.endswith("y"):
        return base[:-1] + "i"
    return base


def singular_of(word):
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


def take_off(word, endings, least):
    for ending in endings:
        base = word[: -len(ending)]
        if not word.endswith(ending) or len(base) < least or not re.search("[aeiouy]", base):
            continue
        return base[:-1] if base[-1] == base[-2] and base[-1] not in "aeioulsz" else base
    return word


def kind_of_word(units):
    numbers = [unicodedata.category(character)[0] == "N" for character in from_units(units)]
    if numbers and numbers[0]:
        return 0
    if any(numbers):
        return 1
    return 2 + min(4, (max(len(units), 1) - 1) // 2)


def character_grams(units, lengths):
    marked = f"<{units[:40]}>"
    return {
        hash_word(marked[start : start + length])
        for length in range(lengths[0], lengths[1] + 1)
        for start in range(len(marked) - length + 1)
    }


# --------------------------------------------------------------------------------------------------------------- match


def bucket(value, edges):
    return sum(value >= edge for edge in edges)


def is_one_edit_apart(left, right):
    if len(left) > len(right):
        left, right = right, left
    if len(left) + 1 == len(right):
        return any(right[:place] + right[place + 1 :] == left for place in range(len(right)))
    if len(left) != len(right):
        return False
    different = [place for place in range(len(left)) if left[place] != right[place]]
    if len(different) <= 1:
        return True
    first, second = different[0], different[-1]
    return second == first + 1 and left[first] == right[second] and left[second] == right[first]


class Pair:
    """A query against a title: classes, positions and sureness of the query's words."""

    def __init__(self, query, title):
        self.query, self.title = query[:32], title[:128]
        self.query_stems = [stem_of(word) for word in self.query]
        self.title_stems = [stem_of(word) for word in self.title]
        self.query_kinds = [kind_of_word(word) for word in self.query]
        self.title_kinds = [kind_of_word(word) for word in self.title]
        found = [self.find(index) for index in range(len(self.query))]
        self.classes = [match_class for match_class, _ in found]
        self.positions = [position for _, position in found]
        self.sureness = [2 if c <= 2 else 1 if c <= 5 else 0 for c in self.classes]
        self.asked = [0] * len(self.title)
        for sure, position in zip(self.sureness, self.positions):
            if sure == 2:
                self.asked[position] = 1

    def find(self, index):
        best = min(((self.strict(index, place), place) for place in range(len(self.title))), default=(6, -1))
        if best[0] < 6:
            return best
        if self.query_kinds[index] != 0:
            best = min(((self.loose(index, place), place) for place in range(len(self.title))), default=(6, -1))
        return best if best[0] < 6 else (6, -1)

    def strict(self, index, place):
        if self.query[index] == self.title[place]:
            return 0
        return 1 if self.query_stems[index] == self.title_stems[place] else 6

    def loose(self, index, place):
        q, t = self.query[index], self.title[place]
        joined = []
        if place + 1 < len(self.title):
            joined.append((q, t + self.title[place + 1]))
        if index + 1 < len(self.query):
            joined.append((t, q + self.query[index + 1]))
        if index > 0:
            joined.append((t, self.query[index - 1] + q))
        if any(whole == parts and len(whole) >= 4 for whole, parts in joined):
            return 2
        if self.title_kinds[place] == 0:
            return 6
        shorter, longer = sorted((q, t), key=len)
        if len(shorter) >= 3 and longer.startswith(shorter):
            return 3
        if len(shorter) >= 4 and shorter in longer:
            return 4
        is_code = 1 in (self.query_kinds[index], self.title_kinds[place])
        return 5 if len(shorter) >= 5 and not is_code and is_one_edit_apart(q, t) else 6

    def stand_together(self, first, second):
        return any(
            self.title_stems[place : place + 2] == [self.query_stems[first], self.query_stems[second]]
            for place in range(len(self.title))
        )

    def longest_run(self):
        longest = run = 0
        for index, sure in enumerate(self.sureness):
            if sure != 2:
                run = 0
            else:
                run = run + 1 if run > 0 and self.stand_together(index - 1, index) else 1
            longest = max(longest, run)
        return longest


SHARES = (0.001, 0.334, 0.501, 0.667, 0.999)


def word_rows(pair):
    n, m = len(pair.query), len(pair.title)
    for i in range(n):
        e, c, p, s = n - 1 - i, pair.classes[i], pair.positions[i], pair.sureness[i]
        yield c
        yield 7 + bucket(e, (1, 2, 3)) * 7 + c
        if i == 0:
            yield 35 + c
        yield 42 + c * 7 + pair.query_kinds[i]
        if s > 0:
            yield 91 + bucket(p, (1, 2, 4, 8, 16)) * 2 + (s == 2)
            yield 103 + (bucket(m - 1 - p, (1, 2, 4, 8)) * 2 + (s == 2)) * 2 + (e == 0)
    for i in range(n - 1):
        yield 123 + relation(pair, i) * 2 + (i + 2 == n)


def relation(pair, i):
    found = (pair.sureness[i] > 0) + (pair.sureness[i + 1] > 0)
    if found < 2:
        return 4 if found == 1 else 5
    if pair.stand_together(i, i + 1):
        return 0
    if pair.stand_together(i + 1, i):
        return 2
    return 1 if 0 <= pair.positions[i + 1] - pair.positions[i] <= 3 else 3


def pair_rows(pair):
    n, m, s = len(pair.query), len(pair.title), pair.sureness
    found = [pair.positions[i] for i in range(n) if s[i] > 0]
    by_length = bucket(n, (2, 3, 4, 5, 6)) * 6
    yield 135 + by_length + bucket(s.count(2) / n, SHARES)
    yield 171 + by_length + bucket(len(found) / n, SHARES)
    sure_units = sum(len(word) for word, sure in zip(pair.query, s) if sure == 2)
    yield 207 + bucket(sure_units / sum(map(len, pair.query)), SHARES)
    run = pair.longest_run()
    yield 257 + bucket(run, (1, 2, 3, 4)) * 2 + (run == n)
    if len(found) > 1:
        yield 267 + bucket(max(found) - min(found) + 1 - len(found), (1, 2, 4, 8))
    numbers = [s[i] == 2 for i in range(n) if pair.query_kinds[i] == 0]
    if not numbers:
        yield 226
    elif any(numbers):
        yield 227 if all(numbers) else 228
    else:
        yield 229 if 0 in pair.title_kinds else 230
    others = s[:-1]
    yield 231 + s[-1] * 6 + bucket(others.count(2) / len(others) if others else 1, SHARES)
    yield 219 + bucket(m, (1, 4, 7, 10, 14, 20))
    if m > 0:
        yield 213 + bucket(sum(pair.asked) / m, SHARES)
        yield 249 + s[-1] * 2 + pair.asked[-1]
        yield 255 + pair.asked[0]


def hashed_features(pair):
    """(kind, hash, value) of each."""
    stems = [hash_word(stem) for stem in pair.query_stems]
    title = [hash_word(stem) for stem in pair.title_stems]
    s, last = pair.sureness, len(stems) - 1
    for stem, sure in zip(stems, s):
        yield 1, stem, sure
    yield 2, stems[last], s[last]
    for i in range(last):
        yield 3, pair_hash(stems[i], stems[i + 1]), min(s[i], s[i + 1])
    if title:
        yield 6, pair_hash(stems[last], title[-1]), s[last]
        if s[last] == 2:
            position = pair.positions[last]
            yield 4, title[position - 1] if position > 0 else 0, 0
            yield 5, title[position + 1] if position + 1 < len(title) else 0, 0


class Statistics:
    """What the order of a vocabulary says of a word."""

    def __init__(self, tokens):
        self.ids = {token: number for number, token in enumerate(tokens)}
        self.ranks = {}
        for token in tokens:
            if " " not in token:
                self.ranks.setdefault(stem_of(token), len(self.ranks))

    def importance(self, word):
        rank = self.ranks.get(stem_of(word))
        return 6 if rank is None else bucket(rank, (16, 64, 256, 1024, 4096))

    def weight(self, word):
        return math.log2(self.ranks.get(stem_of(word), len(self.ranks)) + 2)

    def start_class(self, word):
        whole, start = self.ids.get(word), self.ids.get(f"^ {word}")
        return 0 if whole is None or start is None else bucket((whole + 1) / (start + 1), (0.02, 0.15, 0.5))


WEIGHTS = (0.001, 0.2, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.999)


def importance_rows(pair, statistics):
    n, m, s = len(pair.query), len(pair.title), pair.sureness
    importances = [statistics.importance(word) for word in pair.query]
    weights = [statistics.weight(word) for word in pair.query]
    for i in range(n):
        yield (importances[i] * 3 + s[i]) * 2 + (i == n - 1)
        yield 42 + importances[i] * 7 + pair.classes[i]
    by_length = bucket(n, (2, 3, 4)) * 10
    whole = sum(weights)
    yield 91 + by_length + bucket(sum(w for w, sure in zip(weights, s) if sure == 2) / whole, WEIGHTS)
    yield 131 + by_length + bucket(sum(w for w, sure in zip(weights, s) if sure > 0) / whole, WEIGHTS)
    missing = [a for a, sure in zip(importances, s) if sure == 0]
    yield 171 + (1 + (min(len(missing), 3) - 1) * 7 + max(missing) if missing else 0)
    if m > 0:
        weights = [statistics.weight(word) for word in pair.title]
        wanted = sum(w for w, asked in zip(weights, pair.asked) if asked)
        yield 193 + bucket(wanted / sum(weights), WEIGHTS)
        unasked = [statistics.importance(word) for word, asked in zip(pair.title, pair.asked) if not asked]
        yield 203 + bucket(s.count(2) / n, SHARES) * 8 + (1 + max(unasked) if unasked else 0)


LIKENESSES = (0.15, 0.3, 0.4, 0.5, 0.6, 0.75)


def characters_rows(pair, _):
    title = [character_grams(word, (2, 3)) for word, kind in zip(pair.title, pair.title_kinds) if kind != 0]
    likenesses = []
    for i, word in enumerate(pair.query):
        kind = pair.query_kinds[i]
        if kind == 0:
            continue
        grams = character_grams(word, (2, 3))
        likeness = 1
        if pair.sureness[i] != 2:
            likeness = max((2 * len(grams & other) / (len(grams) + len(other)) for other in title), default=0)
            yield (bucket(likeness, LIKENESSES) * 7 + kind) * 2 + (i == len(pair.query) - 1)
        likenesses.append((likeness, len(grams)))
    if likenesses:
        yield 98 + bucket(min(likeness for likeness, _ in likenesses), LIKENESSES)
        mean = sum(x * size for x, size in likenesses) / sum(size for _, size in likenesses)
        yield 105 + bucket(mean, (0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.999))


def unit_after(words, kinds, place):
    place += 1
    while place + 1 < len(words) and words[place] == "x" and kinds[place + 1] == 0:
        place += 2
    return words[place] if place < len(words) and words[place] in UNIT_NAMES else None


def quantities_rows(pair, _):
    states = []
    for i, word in enumerate(pair.query):
        if pair.query_kinds[i] != 0:
            continue
        unit = unit_after(pair.query, pair.query_kinds, i)
        state, ratio = quantity_state(pair, word, unit)
        yield (unit is not None) * 5 + state
        if state == 2:
            yield 10 + bucket(ratio, (0.5, 0.8, 1, 1.25, 2))
        states.append(state)
    if states:
        yield 16 + (len(states) > 1) * 5 + max(states)


def quantity_state(pair, word, unit):
    least, best = 4, 0
    for place, other in enumerate(pair.title):
        if pair.title_kinds[place] != 0:
            continue
        has_unit = unit is not None and unit_after(pair.title, pair.title_kinds, place) == unit
        if other == word:
            state = 0 if has_unit or unit is None else 1
        else:
            state = 2 if has_unit else 3
        if state == 2 and is_decimal(other) and is_decimal(word) and float(word) > 0:
            ratio = float(other) / float(word)
            if distance(ratio) < distance(best):
                best = ratio
        least = min(least, state)
    return least, best


def is_decimal(word):
    return re.fullmatch(r"[0-9]+(\.[0-9]+)?", word) is not None


def distance(ratio):
    return abs(math.log(ratio)) if ratio > 0 else math.inf


DIVIDERS = ("for", "fits", "compatible", "with", "w", "by", "of")
TURNING = (
    "replacement", "part", "kit", "accessory", "cover", "refill", "adapter", "without", "no", "non", "not", "less",
)


def divider_of(words):
    return next((place for place in range(1, len(words)) if words[place] in DIVIDERS), len(words))


def has_turning(words, turning):
    plural = turning[:-1] + "ies" if turning.endswith("y") else turning + "s"
    return turning in words or plural in words


def roles_rows(pair, statistics):
    m, s = len(pair.title), pair.sureness
    divider = divider_of(pair.title)
    division = 0 if divider == m else 1 if pair.title[divider] in DIVIDERS[:3] else 2
    head, position = divider - 1, pair.positions[-1]
    place = 0 if s[-1] == 0 else 1 + (position >= head) + (position > head)
    yield division * 4 + place
    yield 12 + (pair.asked[head] if m > 0 else 0) * 3 + s[-1]
    yield 18 + (divider_of(pair.query) < len(pair.query)) * 2 + (divider < m)
    for i, turning in enumerate(TURNING):
        state = has_turning(pair.title, turning) + 2 * has_turning(pair.query, turning)
        if state > 0:
            yield 22 + i * 3 + state - 1
    classes = [statistics.start_class(word) for word in pair.query]
    for i, start_class in enumerate(classes):
        found = s[i] if s[i] < 2 else 2 if pair.positions[i] == 0 else 3
        yield 58 + start_class * 4 + found
    if m > 0:
        yield 74 + (statistics.start_class(pair.title[0]) * 2 + pair.asked[0]) * 4 + max(classes)


FAMILIES = {
    "importance": (251, importance_rows),
    "characters": (114, characters_rows),
    "quantities": (26, quantities_rows),
    "roles": (106, roles_rows),
}


def match_ids(block, query, title, statistics):
    if not query:
        return
    pair = Pair(query, title)
    yield from word_rows(pair)
    yield from pair_rows(pair)
    fixed = 272
    for family in block.get("families", []):
        size, rows = FAMILIES[family]
        yield from (fixed + row for row in rows(pair, statistics))
        fixed += size
    for kind, h, value in hashed_features(pair):
        yield fixed + pair_hash(h, kind * 4 + value) % (block["size"] - fixed)


# -------------------------------------------------------------------------------------------------------------- reader


def read_safetensors(data):
    """Tensors as (dtype, shape, bytes), metadata, and the data part."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    part = data[8 + length :]
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = (entry["dtype"], entry["shape"], part[begin:end])
    return tensors, metadata, part


def read_numbers(tensor):
    dtype, _, data = tensor
    letter = {"F32": "f", "F16": "e", "I8": "b", "I32": "i"}[dtype]
    return struct.unpack(f"<{len(data) // struct.calcsize(letter)}{letter}", data)


PRIMES = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
LOW_64 = (1 << 64) - 1


def rotate64(value, bits):
    value &= LOW_64
    return (value << bits | value >> (64 - bits)) & LOW_64


def xxh64(data):
    """XXH64 of bytes with the seed 0, as 16 hex digits."""

    def mixed(lane, word):
        return rotate64(lane + word * PRIMES[1], 31) * PRIMES[0] & LOW_64

    place, result = 0, PRIMES[4]
    if len(data) >= 32:
        lanes = [PRIMES[0] + PRIMES[1], PRIMES[1], 0, -PRIMES[0]]
        for place in range(0, len(data) - 31, 32):
            words = struct.unpack_from("<4Q", data, place)
            lanes = [mixed(lane, word) for lane, word in zip(lanes, words)]
        place += 32
        result = sum(rotate64(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18)))
        for lane in lanes:
            result = (result ^ mixed(0, lane)) * PRIMES[0] + PRIMES[3] & LOW_64
    result = result + len(data) & LOW_64
    while place + 8 <= len(data):
        (word,) = struct.unpack_from("<Q", data, place)
        result = rotate64(result ^ mixed(0, word), 27) * PRIMES[0] + PRIMES[3] & LOW_64
        place += 8
    if place + 4 <= len(data):
        (word,) = struct.unpack_from("<I", data, place)
        result = rotate64(result ^ word * PRIMES[0], 23) * PRIMES[1] + PRIMES[2] & LOW_64
        place += 4
    for byte in data[place:]:
        result = rotate64(result ^ byte * PRIMES[4], 11) * PRIMES[0] & LOW_64
    result = (result ^ result >> 33) * PRIMES[1] & LOW_64
    result = (result ^ result >> 29) * PRIMES[2] & LOW_64
    return f"{result ^ result >> 32:016x}"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


CHECKSUMS = {"xxh64": xxh64, "sha256": sha256}


def is_unchanged(data, weights):
    """Whether data have the checksum, of either kind, that `weights` in the JSON has."""
    ((kind, digits),) = ((key, value) for key, value in weights.items() if key != "file")
    return CHECKSUMS[kind](data) == digits


def check(condition, message):
    if not condition:
        raise ValueError(message)


class Student:
    def __init__(self, path):
        if os.path.isdir(path):
            with open(os.path.join(path, "student.json"), encoding="utf-8") as file:
                content = json.load(file)
            with open(os.path.join(path, content["weights"]["file"]), "rb") as file:
                data = file.read()
            tensors, _, _ = read_safetensors(data)
        else:
            with open(path, "rb") as file:
                tensors, metadata, data = read_safetensors(file.read())
            content = json.loads(metadata["student"])
        check(is_unchanged(data, content["weights"]), f"{path}: changed")
        check((content["format"], content["version"]) == ("bert2dnn-student", 1), f"{path}: another format")
        self.definition, self.tensors = content, tensors
        self.split, self.marks = tokenizer_of(content["text"])
        self.vocabularies = {
            block["name"]: self.read_vocabulary(block["name"])
            for block in content["blocks"]
            if block.get("vocabulary") == "list" and "table" not in block
        }
        self.ids_of_tokens = {
            name: {token: number for number, token in enumerate(tokens)}
            for name, tokens in self.vocabularies.items()
        }
        self.statistics = {name: Statistics(tokens) for name, tokens in self.vocabularies.items()}
        self.matrices = {}

    def read_vocabulary(self, block):
        data = self.tensors[f"block.{block}.vocabulary.bytes"][2]
        offsets = read_numbers(self.tensors[f"block.{block}.vocabulary.offsets"])
        return [to_units(data[begin:end].decode("utf-8")) for begin, end in zip(offsets, offsets[1:])]

    def matrix(self, name):
        """Rows of a table or weight, the one row of a bias; read when first asked for, as ids need none."""
        if name not in self.matrices:
            self.matrices[name] = self.read_matrix(name)
        return self.matrices[name]

    def read_matrix(self, name):
        dtype, shape, _ = self.tensors[name]
        values, width = read_numbers(self.tensors[name]), shape[-1]
        rows = [values[start : start + width] for start in range(0, len(values), width)]
        if dtype != "I8":
            return rows
        scales = read_numbers(self.tensors[f"{name}.scale"])
        if name.endswith(".embedding"):
            return [[value * scale for value in row] for row, scale in zip(rows, scales)]
        return [[value * scale for value, scale in zip(row, scales)] for row in rows]

    def ids(self, texts):
        """Ids of each block by its name."""
        words = {
            field: [to_units(word) for word in self.split(text)]
            for field, text in zip(self.definition["fields"], texts)
        }
        return {
            block["name"]: list(self.block_ids(block, [words[field] for field in block["fields"]]))
            for block in self.definition["blocks"]
        }

    def block_ids(self, block, fields):
        size = block["size"]
        if block["kind"] == "match":
            yield from match_ids(block, *fields, self.statistics.get(block.get("statistics")))
        elif block["kind"] == "cross":
            left = [hash_word(stem_of(word)) for word in fields[0][:16]]
            right = [hash_word(stem_of(word)) for word in fields[1][:48]]
            yield from (pair_hash(first, second) % size for first in left for second in right)
        elif block["kind"] == "characters":
            for word in (word for words in fields for word in words[:64]):
                if kind_of_word(word) != 0:
                    yield from (gram % size for gram in character_grams(word, block["lengths"]))
        else:
            grams = [g for words in fields for g in make_ngrams(words, self.definition["text"]["ngrams"], self.marks)]
            for gram in grams:
                if block["vocabulary"] == "list":
                    number = self.ids_of_tokens[block.get("table", block["name"])].get(" ".join(gram))
                    if number is not None:
                        yield number
                else:
                    h = hash_word(gram[0])
                    for word in gram[1:]:
                        h = pair_hash(h, hash_word(word))
                    yield h % size

    def vector(self, block, ids):
        table = self.matrix(f"block.{block.get('table', block['name'])}.embedding")
        sums = [sum(column) for column in zip(*(table[number] for number in ids))] or [0.0] * self.definition["embeddingSize"]
        count = max(len(ids), 1)
        divisor = {"sum": 1, "mean": count, "sqrtn": math.sqrt(count)}[self.definition["combiner"]]
        return [value / divisor for value in sums]

    def layers(self, prefix, count, row):
        for layer in range(count):
            weight, (bias,) = self.matrix(f"{prefix}.{layer}.weight"), self.matrix(f"{prefix}.{layer}.bias")
            row = [b + sum(x * w for x, w in zip(row, column)) for b, column in zip(bias, zip(*weight))]
            if layer + 1 < count:
                row = [max(0.0, value) for value in row]
        return row

    def logits(self, ids):
        definition = self.definition
        blocks = definition["blocks"]
        vectors = {block["name"]: self.vector(block, ids[block["name"]]) for block in blocks}
        if definition.get("head") == "towers":
            return [self.tower_logit(vectors)]
        row = [value for block in blocks for value in vectors[block["name"]]]
        for left, right in definition["products"]:
            row += [x * y for x, y in zip(vectors[left], vectors[right])]
        return self.layers("layer", len(definition["hiddenLayers"]) + 1, row)

    def tower_logit(self, vectors):
        definition, towers = self.definition, []
        for number, field in enumerate(definition["fields"]):
            blocks = [block["name"] for block in definition["blocks"] if block["fields"] == [field]]
            row = [value for name in blocks for value in vectors[name]]
            towers.append(self.layers(f"tower.{number}.layer", len(definition["hiddenLayers"]), row))
        others = [sum(values) for values in zip(*towers[1:])]
        dot = sum(x * y for x, y in zip(towers[0], others))
        return dot / math.sqrt(len(others)) + self.matrix("score.bias")[0][0]


# --------------------------------------------------------------------------------------------------------------- vectors


def compute(path):
    """The members of test vectors, computed from their inputs alone."""
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    return {
        "texts": [
            {"text": text, "normalized": normalize(text), "words": split_words(text),
             "quantities": split_quantities(text), "paper": split_paper(text)}
            for text in (item["text"] for item in vectors["texts"])
        ],
        "ngrams": [
            {**item, "tokens": [" ".join(gram) for gram in
                                make_ngrams(item["words"], item["highest"], (item["start"], item["end"]))]}
            for item in vectors["ngrams"]
        ],
        "hashes": [{"word": item["word"], "hash": hash_word(to_units(item["word"]))} for item in vectors["hashes"]],
        "pairs": [{**item, "hash": pair_hash(item["left"], item["right"])} for item in vectors["pairs"]],
        "stems": [{"word": item["word"], "stem": stem_of(item["word"])} for item in vectors["stems"]],
        "students": [score_examples(os.path.dirname(path), item) for item in vectors["students"]],
    }


def score_examples(folder, item):
    student = Student(os.path.join(folder, item["file"]))
    examples = []
    for example in item["examples"]:
        ids = student.ids(example["texts"])
        examples.append({"texts": example["texts"], "ids": ids, "logits": student.logits(ids)})
    return {"file": item["file"], "examples": examples}


if __name__ == "__main__":
    json.dump(compute(sys.argv[1]), sys.stdout)
