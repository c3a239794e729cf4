// Functions that JavaScript's Math lacks, in full float64 accuracy.

const NUM_CONTINUED_FRACTION_TERMS = 60;

/**
 * The error function, accurate to about 1e-15.
 * Source: Abramowitz & Stegun 7.1.6 (series, small |x|) and 7.1.14 (continued fraction of erfc).
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size > 2.5) return Math.sign(x) * (1 - erfcTail(size));
  // 2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (1*3*...*(2n+1)): every term has the same sign.
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function erfcTail(x: number): number {
  let fraction = x;
  for (let n = NUM_CONTINUED_FRACTION_TERMS; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}

/** `1 / (1 + exp(-x))` without overflow. */
export function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** `log(1 + exp(x))` without overflow. */
export function softplusOf(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
