// Mutations that know the format: of header, student JSON, tensors and vocabularies, each with the rest in order.
import { mutateText } from './byte-mutations.mjs';
import { deepJson, mutateJson } from './json-mutations.mjs';
import { putTogether, takeApart, tensorBytes } from './student-parts.mjs';

/** A member of the student's JSON changes. */
function changeStudent(parts, random) {
  mutateJson(parts.student, random);
}

/** The student's JSON changes as text. */
function changeStudentText(parts, random, other) {
  parts.studentText = mutateText(JSON.stringify(parts.student), random, other.studentText);
}

/** A member of the header changes. */
function changeHeader(parts, random) {
  mutateJson(parts.header, random);
}

/** Two tensors change places in the header, or one gets the name of another, or a new one. */
function renameTensor({ header }, random) {
  const names = Object.keys(header);
  const [left, right] = [random.pick(names), random.pick(names)];
  if (random.chance(0.5)) [header[left], header[right]] = [header[right], header[left]];
  else {
    const entry = header[left];
    delete header[left];
    header[random.pick([`${right}.scale`, `${left}s`, '__proto', 'layer.9.bias', ''])] = entry;
  }
}

const SIZES = { F32: 4, I32: 4, F16: 2, I8: 1, U8: 1 };
/** Bit patterns of float32: NaN, infinities, largest, smallest, one, -0. */
const FLOATS = [
  0x7fc00000, 0x7f800000, 0xff800000, 0x7f7fffff, 0xff7fffff, 1, 0x3f800000, 0x80000000,
];
const HALVES = [0x7e00, 0x7c00, 0xfc00, 0x7bff, 0xfbff, 1, 0x3c00, 0x8000];
const WHOLE = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 127, -128, 255];

/** Some numbers of a tensor become strange ones of its type. */
function changeNumbers(parts, random) {
  const { header, data } = parts;
  const name = random.pick(Object.keys(header));
  const { dtype, data_offsets: offsets } = header[name];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const size = SIZES[dtype];
  const numValues = (offsets[1] - offsets[0]) / size;
  if (numValues === 0) return;
  // All of them now and then: a table of the largest numbers overflows every sum.
  const isWhole = random.chance(0.3);
  const value = random.pick(dtype === 'F32' ? FLOATS : dtype === 'F16' ? HALVES : WHOLE);
  for (let count = 0; count < (isWhole ? numValues : 1 + random.below(3)); count++) {
    const place = offsets[0] + size * (isWhole ? count : random.below(numValues));
    if (size === 4) view.setInt32(place, value, true);
    else if (size === 2) view.setInt16(place, value, true);
    else view.setInt8(place, value);
  }
}

/** A tensor is never made larger than this. */
const MAX_TENSOR_BYTES = 1_000_000;

/** A tensor loses or gets rows; header and data stay in order, and the definition may know. */
function resizeTensor(parts, random) {
  const { header } = parts;
  const bytes = tensorBytes(parts);
  const name = random.pick(Object.keys(header));
  const { shape, dtype } = header[name];
  const axis = random.below(shape.length);
  const size = Math.max(0, shape[axis] + random.pick([-1, 1, 2, shape[axis]]));
  const sizes = shape.with(axis, size);
  const numBytes = sizes.reduce((product, each) => product * each, SIZES[dtype]);
  // Shapes of several mutations multiply; what matters is small.
  if (numBytes > MAX_TENSOR_BYTES) return;
  shape[axis] = size;
  const resized = new Uint8Array(numBytes);
  for (let at = 0; at < numBytes && bytes[name].length > 0; at++) {
    resized[at] = bytes[name][at % bytes[name].length];
  }
  bytes[name] = resized;
  layOut(parts, bytes);
  const block = parts.student.blocks?.find?.((each) => name.startsWith(`block.${each.name}.`));
  if (block !== undefined && axis === 0 && random.chance(0.7)) block.size = size;
}

/** Offsets and data anew, in the order of the header. */
function layOut(parts, bytes) {
  let end = 0;
  const pieces = [];
  for (const [name, entry] of Object.entries(parts.header)) {
    entry.data_offsets = [end, end + bytes[name].length];
    end += bytes[name].length;
    pieces.push(bytes[name]);
  }
  parts.data = new Uint8Array(Buffer.concat(pieces));
}

/** The bytes of a vocabulary or its offsets change a little. */
function changeVocabulary(parts, random) {
  const name = Object.keys(parts.header).find((each) => each.includes('.vocabulary.'));
  if (name === undefined) return changeNumbers(parts, random);
  const kind = random.pick(['bytes', 'offsets']);
  const entry = parts.header[name.replace(/bytes$|offsets$/, kind)];
  const [begin, end] = entry.data_offsets;
  if (end === begin) return undefined;
  if (kind === 'bytes') {
    parts.data[begin + random.below(end - begin)] = random.pick([0, 0x20, 0x41, 0x80, 0xc3, 0xff]);
    return undefined;
  }
  const view = new DataView(parts.data.buffer);
  const place = begin + 4 * random.below((end - begin) / 4);
  view.setInt32(place, view.getInt32(place, true) + random.pick([-1, 1, 2, -100, 2 ** 30]), true);
  return undefined;
}

/** A deep value where any may stand, or anywhere. */
function deepen(parts, random) {
  const text = JSON.stringify({
    ...parts.student,
    [random.pick(['provenance', 'classes', 'x'])]: 7,
  });
  parts.studentText = text.replace(/7(?=})/, deepJson(random));
}

/** Extreme settings that are each allowed, so that what is scored with them is seen. */
function pushLimits({ student }, random) {
  const push = random.below(4);
  if (push === 0)
    student.calibration = { temperature: random.pick([1e308, 5e-324, 1e-30, 1e30, 1e6]) };
  else if (push === 1) student.combiner = random.pick(['sum', 'mean', 'sqrtn']);
  else if (push === 2)
    student.text = { tokenizer: random.pick(['default', 'paper']), ngrams: 1 + random.below(3) };
  else student.provenance = { stored: { precision: 'int8' } };
}

const MUTATIONS = [
  changeStudent,
  changeStudent,
  changeStudentText,
  changeHeader,
  renameTensor,
  changeNumbers,
  changeNumbers,
  resizeTensor,
  changeVocabulary,
  pushLimits,
  deepen,
];

/** A seed with one to three of these mutations; nine of ten have a checksum that fits. */
export function mutateStudent(seed, random, otherSeed) {
  const parts = takeApart(seed);
  const numMutations = 1 + random.below(3);
  for (let count = 0; count < numMutations; count++) {
    const mutation = random.chance(0.985) ? random.pick(MUTATIONS.slice(0, -1)) : deepen;
    try {
      mutation(parts, random, otherSeed);
    } catch {
      // What an earlier mutation broke can be broken no further.
    }
  }
  return putTogether(parts, random.chance(0.9));
}
