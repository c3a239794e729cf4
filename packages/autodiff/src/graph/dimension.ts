// Sizes of axes: numbers, or polynomials over named sizes such as 'B', 'B*S' and 'S+1'.
// A symbolic size is kept as one canonical string, so two equal sizes are equal strings.
import { AutodiffError } from '../errors.js';

/** The size of one axis: a number, or a canonical symbolic size that a run binds. */
export type Dim = number | string;

/** Values of the named sizes in one run, for example `{ B: 32, S: 64 }`. */
export type Bindings = ReadonlyMap<string, number>;

/** Coefficient per product of names; the key is the sorted names joined by `*`, '' for the constant. */
type Polynomial = Map<string, number>;

const SYMBOL = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a string may name a size. */
export function isSymbol(text: string): boolean {
  return SYMBOL.test(text);
}

/** The canonical form of a symbolic size, for example `S*2*B` -> `2*B*S`. */
export function canonicalDim(dim: Dim): Dim {
  return typeof dim === 'number' ? dim : format(parse(dim));
}

/** The product of sizes; 1 for none. */
export function multiplyDims(dims: readonly Dim[]): Dim {
  return format(dims.map(parse).reduce(multiply, new Map([['', 1]])));
}

/** `left + sign * right`. */
export function addDims(left: Dim, right: Dim, sign: 1 | -1 = 1): Dim {
  const sum = parse(left);
  for (const [key, coefficient] of parse(right)) {
    sum.set(key, (sum.get(key) ?? 0) + sign * coefficient);
  }
  return format(sum);
}

/** `dividend / divisor` where it divides without remainder, else `undefined`. */
export function divideDims(dividend: Dim, divisor: Dim): Dim | undefined {
  const terms = [...parse(divisor)];
  if (format(parse(dividend)) === format(parse(divisor))) return 1;
  if (terms.length !== 1) return undefined;
  const [divisorKey, divisorCoefficient] = terms[0];
  const quotient: Polynomial = new Map();
  for (const [key, coefficient] of parse(dividend)) {
    const names = key === '' ? [] : key.split('*');
    for (const name of divisorKey === '' ? [] : divisorKey.split('*')) {
      const index = names.indexOf(name);
      if (index < 0) return undefined;
      names.splice(index, 1);
    }
    if (coefficient % divisorCoefficient !== 0) return undefined;
    quotient.set(names.join('*'), coefficient / divisorCoefficient);
  }
  return format(quotient);
}

/**
 * The number that a size stands for in one run.
 * @throws AutodiffError SYMBOL_UNBOUND when a name has no value.
 */
export function resolveDim(dim: Dim, bindings: Bindings): number {
  if (typeof dim === 'number') return dim;
  let total = 0;
  for (const { coefficient, names } of dimTerms(dim)) {
    let product = coefficient;
    for (const name of names) {
      const value = bindings.get(name);
      if (value === undefined) {
        throw new AutodiffError(
          'SYMBOL_UNBOUND',
          `size '${dim}': nothing fed determines '${name}'`,
        );
      }
      product *= value;
    }
    total += product;
  }
  return total;
}

/** The terms of a size as a sum of products of names. */
export function dimTerms(dim: Dim): { coefficient: number; names: string[] }[] {
  return [...parse(dim)].map(([key, coefficient]) => ({
    coefficient,
    names: key === '' ? [] : key.split('*'),
  }));
}

function parse(dim: Dim): Polynomial {
  const polynomial: Polynomial = new Map();
  for (const [, sign, product] of String(dim).matchAll(/([+-]?)([^+-]+)/g)) {
    let coefficient = sign === '-' ? -1 : 1;
    const names: string[] = [];
    for (const factor of product.split('*').map((part) => part.trim())) {
      if (/^\d+$/.test(factor)) coefficient *= Number(factor);
      else if (isSymbol(factor)) names.push(factor);
      else throw new AutodiffError('NAME_INVALID', `size '${dim}': '${factor}' is no identifier`);
    }
    const key = names.sort().join('*');
    polynomial.set(key, (polynomial.get(key) ?? 0) + coefficient);
  }
  return polynomial;
}

function multiply(left: Polynomial, right: Polynomial): Polynomial {
  const product: Polynomial = new Map();
  for (const [leftKey, leftCoefficient] of left) {
    for (const [rightKey, rightCoefficient] of right) {
      const names = [leftKey, rightKey]
        .filter((key) => key !== '')
        .flatMap((key) => key.split('*'));
      const key = names.sort().join('*');
      product.set(key, (product.get(key) ?? 0) + leftCoefficient * rightCoefficient);
    }
  }
  return product;
}

function format(polynomial: Polynomial): Dim {
  const terms = [...polynomial].filter(([, coefficient]) => coefficient !== 0);
  if (terms.every(([key]) => key === '')) return terms.length === 0 ? 0 : terms[0][1];
  const degree = (key: string) => (key === '' ? 0 : key.split('*').length);
  terms.sort(([a], [b]) => degree(b) - degree(a) || (a < b ? -1 : 1));
  let text = '';
  for (const [key, coefficient] of terms) {
    const size = Math.abs(coefficient);
    const factors = [...(size === 1 && key !== '' ? [] : [String(size)]), ...(key ? [key] : [])];
    text += `${coefficient < 0 ? '-' : text === '' ? '' : '+'}${factors.join('*')}`;
  }
  return text;
}
