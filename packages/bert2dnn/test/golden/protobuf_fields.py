# Reads what the golden scripts need of a SentencePiece model without the protobuf package.


def fields(blob):
    """(number, value) of each field of a protobuf message: numbers, bytes."""
    position = 0

    def varint():
        nonlocal position
        value = shift = 0
        while True:
            byte = blob[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(blob):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
            continue
        size = varint() if tag & 7 == 2 else {5: 4, 1: 8}[tag & 7]
        yield tag >> 3, blob[position : position + size]
        position += size


def charsmap_of(model):
    """`precompiled_charsmap` of a ModelProto (normalizer_spec is field 3, the map its field 2)."""
    spec = next(value for number, value in fields(model) if number == 3)
    return next(value for number, value in fields(spec) if number == 2)
