// Mutations of parsed JSON: a member somewhere in it gets a plausible value, goes, doubles or changes places.

/** Numbers that break checks which are one off, and those which nothing should survive. */
const NUMBERS = [
  0,
  -0,
  -1,
  1,
  2,
  3,
  7,
  8,
  63,
  64,
  65,
  255,
  256,
  4096,
  4097,
  65536,
  2 ** 26,
  2 ** 31 - 1,
  2 ** 31,
];
const STRANGE_NUMBERS = [
  2 ** 32,
  2 ** 53,
  2 ** 53 + 2,
  1e308,
  1e-308,
  5e-324,
  0.5,
  1.5,
  -2147483648,
];
const TEXTS = [
  '',
  'list',
  'hash',
  'query',
  'title',
  'text',
  'cross',
  'match',
  'ngrams',
  'characters',
  'towers',
];
const MORE_TEXTS = [
  'layers',
  'sum',
  'mean',
  'paper',
  'default',
  'importance',
  'quantities',
  '__proto__',
  'constructor',
];
const DATA_TYPES = [
  'F32',
  'F16',
  'I8',
  'U8',
  'I32',
  'BF16',
  'F64',
  'I64',
  'BOOL',
  'toString',
  'f32',
];
const OTHERS = [
  null,
  true,
  false,
  [],
  {},
  [[]],
  [0],
  [1, 2],
  ['query', 'title'],
  '\ud800',
  'a'.repeat(300),
];

/** A value that some member might have, somewhere. */
function plausibleValue(random, old) {
  const kind = random.below(8);
  if (typeof old === 'number' && kind < 4)
    return old + random.pick([-1, 1, 2, -2, 8, old, -2 * old]);
  if (Array.isArray(old) && kind < 2) return mutateList(old, random);
  if (kind < 5) return random.pick(random.chance(0.7) ? NUMBERS : STRANGE_NUMBERS);
  if (kind === 5) return random.pick(random.chance(0.5) ? TEXTS : MORE_TEXTS);
  if (kind === 6) return random.pick(DATA_TYPES);
  return structuredClone(random.pick(OTHERS));
}

function mutateList(list, random) {
  const kind = random.below(4);
  if (kind === 0) return list.slice(0, -1);
  if (kind === 1) return [...list, list[0] ?? 1];
  if (kind === 2) return [...list].reverse();
  return [...list, ...list, ...list];
}

/** Every place in a value: the object or list, and the name or index in it. */
function listPlaces(value, places = []) {
  if (typeof value !== 'object' || value === null) return places;
  for (const name of Object.keys(value)) {
    places.push({ parent: value, name });
    listPlaces(value[name], places);
  }
  return places;
}

/** Changes one place of a value in it. */
export function mutateJson(value, random) {
  const places = listPlaces(value);
  if (places.length === 0) return;
  const { parent, name } = random.pick(places);
  const kind = random.below(10);
  if (kind < 6) parent[name] = plausibleValue(random, parent[name]);
  else if (kind === 6) {
    if (Array.isArray(parent)) parent.splice(Number(name), 1);
    else delete parent[name];
  } else if (kind === 7) {
    const other = random.pick(places);
    [parent[name], other.parent[other.name]] = [copyOf(other), copyOf({ parent, name })];
  } else if (kind === 8) parent[random.pick(MORE_TEXTS)] = structuredClone(random.pick(OTHERS));
  else parent[name] = copyOf(random.pick(places));
}

/** A copy, so that no value holds itself. */
function copyOf({ parent, name }) {
  return structuredClone(parent[name]);
}

/** JSON text that is deep: parsed without end by a careless reader. */
export function deepJson(random) {
  const depth = random.pick([10, 63, 64, 65, 100, 1000, 5000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ]);
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
}
