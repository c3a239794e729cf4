// Whether the executors say the same of texts: within what rounding may do, which grows with the student's numbers.
import { StudentError } from '../../dist/errors.js';
import { decodeParameters } from '../../dist/model/decode-parameters.js';

/** Part of the largest sum that rounding may take: sums in float32 in another order, inputs of layers in whole numbers. */
const ROUNDING = { float32: 1e-5, float16: 1e-5, int8: 0.03 };
/** Sums that may overflow in one order and not in another. */
const OVERFLOW = 1e30;

/** Raw outputs, or the code of the refusal. @throws whatever is no StudentError. */
export function outcomeOf(student, examples) {
  try {
    return student.logits(examples);
  } catch (error) {
    if (error instanceof StudentError) return error.code;
    throw error;
  }
}

/** @throws Error if two students that are one, run in two ways, differ by more than rounding. */
export function checkAgreement(reference, other, examples) {
  const expected = outcomeOf(reference, examples);
  const got = outcomeOf(other, examples);
  const bound = largestSum(reference, examples);
  if (!(bound < OVERFLOW)) return;
  const names = `${reference.executor} and ${other.executor}`;
  if (typeof expected === 'string' || typeof got === 'string') {
    if (expected === got) return;
    throw new Error(`${names}: ${expected} and ${got}, with sums of at most ${bound}`);
  }
  // The error of a sum in float32 grows with the root of its terms; a mean of very many is such a sum, too.
  const terms = Math.max(1, Math.sqrt(countIds(examples)) / 64);
  const tolerance = ROUNDING[reference.precision] * terms * bound + 1e-30;
  for (let at = 0; at < expected.length; at++) {
    if (Math.abs(expected[at] - got[at]) <= tolerance) continue;
    throw new Error(`${names}: ${expected[at]} and ${got[at]}, expected within ${tolerance}`);
  }
}

/** More ids than any bag has. */
function countIds(examples) {
  return 16 * (1 + Math.max(0, ...examples.flat().map((text) => text.length)));
}

/** Whether sums may overflow in one order and not in another. */
export function mayOverflow(student, examples) {
  return !(largestSum(student, examples) < OVERFLOW);
}

/** No sum within a forward pass is larger in absolute value; coarse. */
function largestSum({ definition, parameters }, examples) {
  const decoded = decodeParameters(parameters, definition);
  const numIds = countIds(examples);
  const shares = { sum: numIds, sqrtn: Math.sqrt(numIds), mean: 1 };
  const names = Object.keys(decoded);
  const tables = names.filter((name) => name.endsWith('.embedding'));
  const row = largest(tables.map((name) => decoded[name])) * shares[definition.combiner];
  const input = Math.max(row, definition.products.length > 0 ? row * row : 0);
  const isTowers = definition.head === 'towers';
  const stacks = isTowers ? definition.fields.map((_, field) => `tower.${field}.layer`) : ['layer'];
  const outputs = stacks.map((stack) => stackBound(decoded, stack, input));
  if (!isTowers) return outputs[0];
  return outputs.reduce((product, bound) => product * bound, largestWidth(decoded)) + 1;
}

function stackBound(decoded, stack, input) {
  let bound = input;
  let largestBound = input;
  for (let layer = 0; decoded[`${stack}.${layer}.weight`] !== undefined; layer++) {
    const weight = decoded[`${stack}.${layer}.weight`];
    const bias = decoded[`${stack}.${layer}.bias`];
    const numChannels = weight.length / bias.length;
    bound = numChannels * largest([weight]) * bound + largest([bias]);
    largestBound = Math.max(largestBound, bound);
  }
  return largestBound;
}

function largestWidth(decoded) {
  return (
    Math.max(...Object.values(decoded).map(({ length }) => length)) +
    largest([decoded['score.bias']])
  );
}

function largest(arrays) {
  let most = 0;
  for (const array of arrays) for (const value of array) most = Math.max(most, Math.abs(value));
  return most;
}
