// One case of the loader's fuzzer: a mutated student is refused with a StudentError, or scores finite numbers and is
// written and read again to the same.
import { StudentError } from '../../dist/errors.js';
import { loadStudent } from '../../dist/format/load-student.js';
import { openModel, parseModel, serializeModel } from '../../dist/format/model-file.js';
import { readSafetensors } from '../../dist/format/safetensors-reader.js';
import { checkChecksum, parseStudent } from '../../dist/format/student-file.js';
import { parseStudentJson } from '../../dist/format/student-json.js';
import { readStudent } from '../../dist/format/student-tensors.js';
import { createStudent } from '../../dist/model/student.js';
import { mutateBytes, mutateText } from './byte-mutations.mjs';
import { checkAgreement, mayOverflow } from './executor-agreement.mjs';
import { createRandom } from './random.mjs';
import { mutateStudent } from './student-mutations.mjs';
import { checksumOf, fixChecksum } from './student-parts.mjs';

/** Of each text as many as the student has fields are taken in turn. */
const TEXTS = ['red drill', 'Red 12V drill, 3/4in crème', '', '^ \ud800 $ \u0e01\u0e02'];

/** The mutated file of a case: `{ form, json, bytes }`. */
export function makeCase(seeds, seed, caseIndex) {
  const random = createRandom(seed, caseIndex);
  const start = random.pick(seeds);
  const other = random.pick(seeds);
  if (random.chance(0.6)) return mutateStudent(start, random, other);
  const isText = start.form === 'folder' && random.chance(0.4);
  const changed = {
    form: start.form,
    json: isText ? mutateText(start.json, random, other.json ?? '{}') : start.json,
    bytes: isText ? start.bytes : mutateBytes(start.bytes, random, other.bytes),
  };
  return random.chance(0.9) && !isText ? fixChecksum(changed) : changed;
}

/** The student of a case, at once: what `parseModel` and `parseStudent` do, but for who computes the checksum. */
export function loadCase({ form, json, bytes }, options = { executor: 'reference' }) {
  if (form === 'b2d') {
    const { content, tensors, data } = openModel(bytes);
    return readUnchanged(content, data, () => readStudent({ ...content, tensors }, options));
  }
  const content = parseStudentJson(json, 'student.safetensors');
  return readUnchanged(content, bytes, () =>
    readStudent({ ...content, ...readSafetensors(bytes) }, options),
  );
}

/** What is read of data, or what is wrong with it; that its checksum is wrong comes before all else. */
function readUnchanged(content, data, read) {
  try {
    return read();
  } finally {
    const { kind } = content.checksum;
    checkChecksum(content, { kind, digits: checksumOf(data, kind) });
  }
}

/** The same through the doors that users have; one file is read to where the executor works. */
export function loadCaseByDoor({ form, json, bytes }) {
  if (form === 'b2d') return loadStudent(new Blob([bytes]));
  return parseStudent({ json, weights: bytes });
}

/**
 * What comes of a case: the code of the StudentError, or `student`.
 * @throws anything that is no StudentError, and Error for a score that is no finite number.
 */
export function runCase(file) {
  try {
    const student = loadCase(file);
    scoreTexts(student);
    return 'student';
  } catch (error) {
    if (error instanceof StudentError) return error.code;
    throw error;
  }
}

/** Scores, vectors and logits of a student, all finite. */
export function scoreTexts(student) {
  const { fields, head } = student.definition;
  const scores = student.scoreMany(examplesOf(student));
  for (const { score, logit, probabilities = [score] } of scores) {
    if (!Number.isFinite(logit)) throw new Error(`logit ${logit}`);
    for (const probability of probabilities) {
      if (!(probability >= 0 && probability <= 1)) throw new Error(`probability ${probability}`);
    }
  }
  if (head !== 'towers') return scores;
  for (const field of fields) {
    const vector = student.embed(field, TEXTS[0]);
    if (!vector.every(Number.isFinite)) throw new Error(`vector of ${field}: ${vector}`);
  }
  return scores;
}

/** As `runCase`, and an accepted student says the same in WebAssembly as in plain JavaScript. */
export function runCaseByExecutors(file) {
  const outcome = runCase(file);
  if (outcome !== 'student' && outcome !== 'SCORE_NOT_FINITE') return outcome;
  const reference = loadCase(file);
  const examples = examplesOf(reference);
  for (const executor of ['simd', 'auto']) {
    checkAgreement(reference, createStudent(reference, { executor }), examples);
  }
  return outcome;
}

/** Texts of every example that `scoreTexts` scores. */
function examplesOf({ definition: { fields } }) {
  return TEXTS.map((_, index) => fields.map((_, field) => TEXTS[(index + field) % TEXTS.length]));
}

/** The doors run the fastest executor, whose sums may overflow where the reference's do not, or the other way round. */
function isOverflow(file, outcomes) {
  if (!outcomes.every((outcome) => ['student', 'SCORE_NOT_FINITE'].includes(outcome))) return false;
  const reference = loadCase(file);
  return mayOverflow(reference, examplesOf(reference));
}

/** The user's doors say the same, and an accepted student is written and read again to the same scores and bytes. */
export async function runCaseByDoors(file) {
  const expected = runCase(file);
  let student;
  try {
    student = await loadCaseByDoor(file);
    const scores = scoreTexts(student);
    const written = await serializeModel(student);
    const read = await parseModel(written);
    if (JSON.stringify(scoreTexts(read)) !== JSON.stringify(scores))
      throw new Error('other scores');
    if (checksumOf(await serializeModel(read)) !== checksumOf(written))
      throw new Error('other bytes');
  } catch (error) {
    if (!(error instanceof StudentError)) throw error;
    if (error.code !== expected && !isOverflow(file, [error.code, expected]))
      throw new Error(`${expected}, but by the doors ${error.code}`);
    return expected;
  }
  if (expected !== 'student' && !isOverflow(file, ['student', expected]))
    throw new Error(`${expected}, but a student by the doors`);
  return expected;
}
