// What people type: an intent (which attributes a shopper wants) and the words for it, slips included.
// The intent is the truth behind a query; only its text goes into a file.
import { type Random, shuffle } from '../../foundation/random.js';
import type { ProductKind, ShopConcepts } from './product.js';
import {
  type Concept,
  changeNumber,
  drawMeasure,
  type Measure,
  misspell,
  NAME_SKEW,
  pick,
  pickByRank,
  writeMeasure,
} from './wording.js';

/** What a shopper wants. An attribute that is missing does not matter to them. */
export interface ShopIntent {
  kind: ProductKind;
  accessory: string | undefined;
  brand: string | undefined;
  colour: Concept | undefined;
  material: Concept | undefined;
  feature: Concept | undefined;
  audience: Concept | undefined;
  measure: Measure | undefined;
}

/** A query: its text and the intent behind it. */
export interface ShopQuery {
  text: string;
  intent: ShopIntent;
}

const MISSPELLING_SHARE = 0.15;

/** Draws distinct queries, the most frequent first. */
export function createQueries(
  numQueries: number,
  concepts: ShopConcepts,
  random: Random,
): ShopQuery[] {
  const texts = new Set<string>();
  const queries: ShopQuery[] = [];
  const kinds = [...concepts.kinds];
  shuffle(kinds, random);
  while (queries.length < numQueries) {
    const intent = drawIntent(pickByRank(kinds, 0.35, random), concepts, random);
    const text = writeQuery(intent, random);
    if (texts.has(text)) continue;
    texts.add(text);
    queries.push({ text, intent });
  }
  return queries;
}

function drawIntent(kind: ProductKind, concepts: ShopConcepts, random: Random): ShopIntent {
  const { department } = kind;
  const maybe = <T>(chance: number, draw: () => T): T | undefined =>
    random.next() < chance ? draw() : undefined;
  return {
    kind,
    accessory: maybe(0.03, () => 'cover'),
    brand: maybe(0.14, () => pickByRank(concepts.brands.get(department.name)!, 0.7, random)),
    colour: maybe(0.25, () => pick(concepts.colours, random)),
    material: maybe(0.16, () => concepts.materials.get(pick(department.materials, random))!),
    feature: maybe(0.16, () => pick(concepts.features, random)),
    audience: department.hasAudience
      ? maybe(0.3, () => pick(concepts.audiences, random))
      : undefined,
    measure: maybe(0.12, () => drawMeasure(pick(department.measures, random), random)),
  };
}

function writeQuery(intent: ShopIntent, random: Random): string {
  const say = (concept: Concept | undefined): string[] =>
    concept === undefined ? [] : [pickByRank(concept.names.toReversed(), NAME_SKEW, random)];
  let [kind] = say(intent.kind);
  if (random.next() < 0.3) kind = changeNumber(kind);
  const before = [
    ...(intent.brand === undefined ? [] : [intent.brand]),
    ...say(intent.audience),
    ...say(intent.feature),
    ...say(intent.colour),
    ...say(intent.material),
  ];
  const after = intent.measure === undefined ? [] : [pick(writeMeasure(intent.measure), random)];
  const thing = intent.accessory === undefined ? kind : `${kind} ${intent.accessory}`;
  if (random.next() < 0.25) shuffle(before, random);
  const words = [...before, thing, ...after].join(' ').split(' ');
  if (random.next() < MISSPELLING_SHARE) {
    const wordIndex = random.nextInt(words.length);
    words[wordIndex] = misspell(words[wordIndex], random);
  }
  return words.join(' ');
}
