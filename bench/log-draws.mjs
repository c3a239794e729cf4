// What is drawn for the generated log: ranks of queries, rankings of a page, queries with personal data.
import { NUM_CANDIDATES } from './log-shop.mjs';

/** The query at rank r (from 0) is asked with the weight (r + 4)^-skew. */
const QUERY_SKEW = 0.9;
/** How many rankings `drawOrders` gives. */
export const NUM_ORDERS = 512;
/** Spread of the shop's ranking around the best one, in places. */
const RANKING_NOISE = 4;

const FIRST_NAMES = ['anna', 'ben', 'carla', 'deniz', 'emil', 'fatima', 'george', 'hana'];
const LAST_NAMES = ['miller', 'novak', 'okafor', 'petrov', 'quinn', 'rossi', 'sato', 'tanaka'];
/** Queries with personal data that nobody has: reserved domains, numbers of no issuer's or network's use. */
export const PERSONAL = {
  email: (random) =>
    `order ${FIRST_NAMES[random.nextInt(8)]}.${LAST_NAMES[random.nextInt(8)]}${random.nextInt(1000)}@example.com`,
  card: (random) => `refund ${drawCard(random)}`,
  phone: (random) => `call +1 202 555 01${String(random.nextInt(100)).padStart(2, '0')}`,
};

/** Sixteen digits in fours that begin with 4 and end in their Luhn digit. */
function drawCard(random) {
  const digits = [4, ...Array.from({ length: 14 }, () => random.nextInt(10))];
  const sum = digits.reduce((total, digit, index) => {
    const value = index % 2 === 0 ? 2 * digit : digit;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return [...digits, (10 - (sum % 10)) % 10].join('').replace(/(\d{4})(?=\d)/g, '$1 ');
}

/** Draws ranks 0..count-1 with the weights (rank + 4)^-skew: a table of where the cumulated weight passes each step. */
export function createZipf(count) {
  const ends = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += (rank + 4) ** -QUERY_SKEW;
    ends[rank] = sum;
  }
  const numSteps = 1 << 20;
  const guide = new Uint32Array(numSteps + 1);
  for (let step = 0, rank = 0; step <= numSteps; step++) {
    while (rank < count - 1 && ends[rank] < (step / numSteps) * sum) rank++;
    guide[step] = rank;
  }
  return (random) => {
    const drawn = random.next();
    let rank = guide[Math.floor(drawn * numSteps)];
    while (rank < count - 1 && ends[rank] < drawn * sum) rank++;
    return rank;
  };
}

/** Rankings of the candidates: the best one with noise, so that pairs meet different positions. */
export function drawOrders(random) {
  const orders = new Uint8Array(NUM_ORDERS * NUM_CANDIDATES);
  for (let order = 0; order < NUM_ORDERS; order++) {
    const keys = Array.from(
      { length: NUM_CANDIDATES },
      (_, slot) => slot + RANKING_NOISE * random.nextNormal(),
    );
    const slots = keys.map((_, slot) => slot).sort((left, right) => keys[left] - keys[right]);
    orders.set(slots, order * NUM_CANDIDATES);
  }
  return orders;
}
