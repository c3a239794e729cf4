// The made-up shop behind the generated log: what the query of a rank and the product of a number are called and are.
// Texts are functions of rank or number and the seed, so a catalogue of n products is a prefix of a longer one.
import { COLOURS, DEPARTMENTS, FEATURES } from '../packages/bert2dnn/dist/data/shop/inventory.js';
import { hashString } from '../packages/bert2dnn/dist/foundation/random.js';

/** Kinds of product: names (the first is what titles say) and department. */
const KINDS = DEPARTMENTS.flatMap(({ name: department, families }) =>
  families.flat().map((kind) => ({ names: kind.split('|'), department })),
);
const SYLLABLES = 'ba co da fe ga hi ju ka lo mi no pe ri sa to vu wa xe yo zi'.split(' ');
const ENDINGS = ['ra', 'lux', 'tek', 'wear', 'home', 'nia', 'dor', 'max'];
/** 160 brands of three syllables. */
const BRANDS = SYLLABLES.flatMap((first, index) =>
  ENDINGS.map((end, other) => `${first}${SYLLABLES[(index * 7 + other * 3 + 5) % 20]}${end}`),
).filter((brand, index, all) => all.indexOf(brand) === index);
const NUM_BRANDS = Math.min(60, BRANDS.length);
const NUM_KINDS = KINDS.length;
const NUM_COLOURS = COLOURS.length;
const ACCENTED = ['café', 'über', 'señora', 'crème', '日本製', 'для дома', '５００ml', 'naïve'];
const MARKUP = [
  (text) => `<b>${text}</b>`,
  (text) => `${text} &amp; more`,
  (text) => `${text}<br/>new`,
  (text) => `<span class=title>${text}</span>`,
];

/** A well-mixed unsigned 32-bit number of two whole numbers. Source: the finaliser of MurmurHash3, Austin Appleby. */
export function mix(number, salt) {
  let bits = Math.imul(number ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 16), 0x27d4eb2f);
  return (bits ^ (bits >>> 15)) >>> 0;
}

/** Salt of a seed and a purpose, for `mix`. */
export function saltOf(seed, purpose) {
  return hashString(`${seed}:${purpose}`);
}

/**
 * What the query of a rank (0 is the most frequent) wants: a kind, perhaps a colour, a brand, a feature; -1 is none.
 * Ranks run through kinds, then kinds and colours, kinds and brands, all three, and with features: frequent is short.
 */
export function wishOf(rank) {
  const shapes = [
    [1, 1, 1],
    [NUM_COLOURS, 1, 1],
    [1, NUM_BRANDS, 1],
    [NUM_COLOURS, NUM_BRANDS, 1],
    [NUM_COLOURS, NUM_BRANDS, FEATURES.length],
  ];
  let rest = rank;
  for (const [colours, brands, features] of shapes) {
    const size = NUM_KINDS * colours * brands * features;
    if (rest < size) {
      const kind = rest % NUM_KINDS;
      let other = Math.floor(rest / NUM_KINDS);
      const colour = colours === 1 ? -1 : other % colours;
      other = Math.floor(other / colours);
      const brand = brands === 1 ? -1 : other % brands;
      return { kind, colour, brand, feature: features === 1 ? -1 : Math.floor(other / brands) };
    }
    rest -= size;
  }
  throw new RangeError(`rank ${rank} of a query: the words are used up`);
}

/** The text of the query of a rank. Some name the kind by a synonym; some have letters beyond ASCII. */
export function queryText(rank, seed) {
  const { kind, colour, brand, feature } = wishOf(rank);
  const draw = mix(rank, saltOf(seed, 'query'));
  const { names } = KINDS[kind];
  const words = [];
  if (brand >= 0) words.push(BRANDS[brand]);
  if (colour >= 0) words.push(COLOURS[colour].split('|')[0]);
  // A bare kind is asked by its first name: two ranks never share a text.
  words.push(names[0]);
  if (feature >= 0) words.push(FEATURES[feature].split('|')[0]);
  else if (names.length > 1 && draw % 5 === 0) words.push(names[1 + (draw % (names.length - 1))]);
  if (draw % 1000 < 15) words.push(ACCENTED[draw % ACCENTED.length]);
  return words.join(' ');
}

/** Kind, colour and brand of a product. Every kind has each colour before it has a second brand in one. */
export function traitsOf(product) {
  const turn = Math.floor(product / NUM_KINDS);
  return {
    kind: product % NUM_KINDS,
    colour: turn % NUM_COLOURS,
    brand: Math.floor(turn / NUM_COLOURS) % NUM_BRANDS,
  };
}

/** The title of a product; one in a hundred has markup, three in a hundred have letters beyond ASCII. */
export function titleText(product, seed) {
  const { kind, colour, brand } = traitsOf(product);
  const draw = mix(product, saltOf(seed, 'title'));
  const feature = FEATURES[draw % FEATURES.length].split('|')[0];
  const name = `${BRANDS[brand]} ${KINDS[kind].names[0]} ${COLOURS[colour].split('|')[0]}`;
  const accent = draw % 100 < 3 ? ` ${ACCENTED[draw % ACCENTED.length]}` : '';
  const text = `${name}, ${feature}${accent}, no ${product.toString(36)}`;
  return draw % 100 === 50 ? MARKUP[(draw >>> 8) % MARKUP.length](text) : text;
}

/** Brand, category and description of a product, for a catalogue. */
export function productDetails(product, seed) {
  const { kind, colour, brand } = traitsOf(product);
  const draw = mix(product, saltOf(seed, 'description'));
  const feature = FEATURES[draw % FEATURES.length].split('|')[0];
  const { names, department } = KINDS[kind];
  return {
    brand: BRANDS[brand],
    category: department,
    description: `${names[draw % names.length]} in ${COLOURS[colour].split('|')[0]}, ${feature}`,
  };
}

/**
 * Grade of a product for a wish: 4 kind, colour and brand as wished, 3 one of the two not, 2 both not or only of the
 * same department, 1 none of it.
 */
export function gradeOf(wish, product) {
  const { kind, colour, brand } = traitsOf(product);
  if (kind !== wish.kind) return KINDS[kind].department === KINDS[wish.kind].department ? 2 : 1;
  const numBroken =
    (wish.colour >= 0 && wish.colour !== colour) + (wish.brand >= 0 && wish.brand !== brand);
  return 4 - numBroken;
}

/** Products that a page may show for a wish: how many, and which, the likely best first, all different. */
export const NUM_CANDIDATES = 24;

/** Writes the candidates of the query of a rank to `products`; `numProducts` is the size of the shop. */
export function findCandidates(products, { rank, numProducts, salt }) {
  const wish = wishOf(rank);
  const perKind = Math.max(1, Math.floor(numProducts / NUM_KINDS));
  for (let slot = 0; slot < NUM_CANDIDATES; slot++) {
    const draw = mix(rank * NUM_CANDIDATES + slot, salt);
    let turn = draw % perKind;
    if (slot < 8 && wish.colour >= 0 && perKind > NUM_COLOURS) {
      const brand = slot < 2 && wish.brand >= 0 ? wish.brand : (draw >>> 8) % NUM_BRANDS;
      const wanted = wish.colour + NUM_COLOURS * brand;
      turn = wanted < perKind ? wanted : wish.colour;
    }
    let kind = wish.kind;
    // The neighbours in the list of kinds are mostly of the same department.
    if (slot >= 14) kind = (wish.kind + 1 + (draw % 3)) % NUM_KINDS;
    let product = slot >= 19 ? draw % numProducts : (kind + turn * NUM_KINDS) % numProducts;
    while (products.indexOf(product) >= 0 && products.indexOf(product) < slot) {
      product = (product + NUM_KINDS) % numProducts;
      if (products.subarray(0, slot).includes(product)) product = (product + 1) % numProducts;
    }
    products[slot] = product;
  }
}
