// One case of the scorer's fuzzer: sound students on arbitrary texts and examples of odd shapes. Each is scored with
// finite numbers, the same by every executor, alone or in a batch; or refused with EXAMPLE_INVALID.
import { StudentError } from '../../dist/errors.js';
import { createStudent } from '../../dist/index.js';
import { checkAgreement } from './executor-agreement.mjs';
import { loadCase, scoreTexts } from './one-case.mjs';
import { createRandom } from './random.mjs';

const PIECES = [
  '',
  ' ',
  '\t\n\r',
  '\0',
  '\ud800',
  '\udc00',
  '\ud83d\ude00',
  '\u202e\u05e9\u05dc\u05d5\u05dd',
  '\u0627\u0644',
  'e\u0301',
  '\u0301'.repeat(40),
  '\u200b\u200d\ufeff',
  '\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35',
  '\u65e5\u672c\u8a9e',
  'red',
  'Red',
  'drill',
  'cr\u00e8me',
  '12 v',
  '3/4in',
  '1e999',
  '0x10',
  '-.5',
  '^',
  '$',
  '__proto__',
  'constructor',
  '\uffff',
  '\u{10ffff}',
  '\u0130',
  '\u00df',
  '\ufb03',
  "'",
  '\u2019',
  'a'.repeat(300),
  '9'.repeat(400),
];
/** Of so many cases one has a very long text. */
const LONG_EVERY = 500;

/** Each seed student, run by every executor. */
export function prepareScorers(seeds) {
  return seeds
    .filter(({ form }) => form === 'b2d')
    .map((seed) => {
      const reference = loadCase(seed, { executor: 'reference' });
      const others = ['simd', 'relaxed'].map((executor) => createStudent(reference, { executor }));
      return { reference, others };
    });
}

/** What came of a case: `scored` or the code of the refusal. @throws Error for anything else. */
export function runScorerCase(scorers, seed, caseIndex) {
  const random = createRandom(seed, caseIndex);
  const { reference, others } = random.pick(scorers);
  const { fields } = reference.definition;
  if (random.chance(0.1)) return scoreOddExample(random.pick([reference, ...others]), random);
  const isLong = caseIndex % LONG_EVERY === 0;
  const numExamples = isLong ? 1 : random.pick([0, 1, 1, 2, 3, 63, 64, 65, 130]);
  const examples = Array.from({ length: numExamples }, () =>
    fields.map(() => (isLong ? longText(random) : makeText(random))),
  );
  for (const student of others) checkAgreement(reference, student, examples);
  const student = random.pick([reference, ...others]);
  checkBatch(student, examples, random);
  checkRanges(student.scoreMany(examples));
  return 'scored';
}

/** An example's logits are the same alone and in a batch. */
function checkBatch(student, examples, random) {
  const logits = student.logits(examples);
  if (examples.length === 0) {
    if (logits.length !== 0) throw new Error(`${logits.length} logits of no example`);
    return;
  }
  const { numOutputs } = student.definition;
  const index = random.below(examples.length);
  const alone = student.logits([examples[index]]);
  alone.forEach((logit, output) => {
    const inBatch = logits[index * numOutputs + output];
    if (inBatch !== logit)
      throw new Error(`${student.executor}: ${logit} alone, ${inBatch} in a batch`);
  });
}

function checkRanges(scores) {
  for (const { score, logit } of scores) {
    if (!Number.isFinite(logit) || !(score >= 0 && score <= 1))
      throw new Error(`${score} of ${logit}`);
  }
}

function makeText(random) {
  const numPieces = random.below(12);
  let text = '';
  for (let piece = 0; piece < numPieces; piece++) {
    text += random.chance(0.7) ? random.pick(PIECES) : String.fromCharCode(random.below(0x10000));
    if (random.chance(0.5)) text += ' ';
  }
  return text;
}

/** A million units of a few pieces. */
function longText(random) {
  const part = `${makeText(random)}${makeText(random)}x`;
  return part.repeat(Math.ceil(1_000_000 / part.length)).slice(0, 1_000_000);
}

/** Values that are no example, or hardly one. */
function scoreOddExample(student, random) {
  const { fields } = student.definition;
  const byName = Object.fromEntries(fields.map((field) => [field, makeText(random)]));
  const example = random.pick([
    null,
    undefined,
    7,
    '',
    'red',
    [],
    {},
    [1, 2],
    [null, null],
    [['red'], ['red']],
    fields.map(() => undefined),
    [...fields, 'more'],
    byName,
    { ...byName, more: 'x' },
    { ...byName, [fields[0]]: 7 },
    new Map(),
    () => 'red',
    Object.create(byName),
    new String('red'),
    Symbol.iterator,
    10n,
    fields.map(() => new String('red')),
    Object.assign(Object.create(null), byName),
    JSON.parse('{"__proto__": "red"}'),
  ]);
  try {
    checkRanges(student.scoreMany([example]));
    return 'scored';
  } catch (error) {
    if (!(error instanceof StudentError)) throw error;
    if (error.code !== 'EXAMPLE_INVALID') throw new Error(`refused with ${error.code}`);
    // A refusal leaves nothing behind.
    scoreTexts(student);
    return error.code;
  }
}
