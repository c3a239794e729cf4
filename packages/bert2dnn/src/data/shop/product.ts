// The catalogue: products drawn from the inventory, each with the attributes that decide its relevance and
// the title a seller gave it. Queries and clicks are elsewhere.
import type { Random } from '../../foundation/random.js';
import { AUDIENCES, COLOURS, DEPARTMENTS, FEATURES, FILLERS, MATERIALS } from './inventory.js';
import {
  type Concept,
  changeNumber,
  coinName,
  drawMeasure,
  type Measure,
  NAME_SKEW,
  parseConcept,
  pick,
  pickByRank,
  writeMeasure,
} from './wording.js';

/** A kind of product, for example `sofa`. */
export interface ProductKind extends Concept {
  department: (typeof DEPARTMENTS)[number];
  /** Kinds with the same family replace one another: a sofa and a loveseat. */
  family: string;
}

/** What a product is, as the generator knows it; the files hold the title and a few columns only. */
export interface ShopProduct {
  id: string;
  title: string;
  kind: ProductKind;
  /** Set if the product is an accessory for `kind`, such as a cover: it is not the thing itself. */
  accessory: string | undefined;
  brand: string;
  model: string;
  colour: Concept;
  material: Concept;
  feature: Concept;
  audience: Concept | undefined;
  measure: Measure;
  price: number;
}

/** The concepts of a shop: one table for products and queries. */
export interface ShopConcepts {
  kinds: readonly ProductKind[];
  colours: readonly Concept[];
  materials: ReadonlyMap<string, Concept>;
  features: readonly Concept[];
  audiences: readonly Concept[];
  /** Brands of each department, commonest first. */
  brands: ReadonlyMap<string, readonly string[]>;
  /** Names of product lines. */
  lines: readonly string[];
}

const ACCESSORIES = ['cover', 'spare part', 'bracket', 'storage box', 'cleaning kit', 'stand'];
const BRANDS_PER_DEPARTMENT = 28;
const NUM_LINES = 2400;

/** Reads the inventory and coins the shop's brands and lines. */
export function createConcepts(random: Random): ShopConcepts {
  const coined = new Set<string>();
  const coin = (): string => {
    for (;;) {
      const name = coinName(random);
      if (name.length < 5 || coined.has(name)) continue;
      coined.add(name);
      return name;
    }
  };
  const kinds = DEPARTMENTS.flatMap((department) =>
    department.families.flatMap((family) =>
      family.map((entry) => ({ ...parseConcept(entry), department, family: family[0] })),
    ),
  );
  const coinMany = (count: number): string[] => Array.from({ length: count }, coin);
  return {
    kinds,
    colours: COLOURS.map(parseConcept),
    materials: new Map(MATERIALS.map(parseConcept).map((concept) => [concept.id, concept])),
    features: FEATURES.map(parseConcept),
    audiences: AUDIENCES.map(parseConcept),
    brands: new Map(DEPARTMENTS.map(({ name }) => [name, coinMany(BRANDS_PER_DEPARTMENT)])),
    lines: coinMany(NUM_LINES),
  };
}

/** Draws the catalogue. Titles differ from one another. */
export function createProducts(
  numProducts: number,
  concepts: ShopConcepts,
  random: Random,
): ShopProduct[] {
  const titles = new Set<string>();
  const products: ShopProduct[] = [];
  while (products.length < numProducts) {
    const product = drawProduct(`p${products.length + 1}`, concepts, random);
    if (titles.has(product.title)) continue;
    titles.add(product.title);
    products.push(product);
  }
  return products;
}

function drawProduct(id: string, concepts: ShopConcepts, random: Random): ShopProduct {
  const kind = pick(concepts.kinds, random);
  const { department } = kind;
  const attributes = {
    kind,
    accessory: random.next() < 0.08 ? pick(ACCESSORIES, random) : undefined,
    brand: pickByRank(concepts.brands.get(department.name)!, 0.7, random),
    model: drawModel(random),
    colour: pick(concepts.colours, random),
    material: concepts.materials.get(pick(department.materials, random))!,
    feature: pick(concepts.features, random),
    audience: department.hasAudience ? pick(concepts.audiences, random) : undefined,
    measure: drawMeasure(pick(department.measures, random), random),
    price: Math.round(100 * Math.exp(3.2 + random.nextNormal())) / 100,
  };
  return { id, ...attributes, title: writeTitle(attributes, pick(concepts.lines, random), random) };
}

function drawModel(random: Random): string {
  const letters = Array.from({ length: 2 }, () => pick([...'abcdefghkmnprstvwxz'], random)).join(
    '',
  );
  return `${letters}${100 + random.nextInt(9900)}`;
}

/** Which attributes a title names, in which order and words, is the seller's choice. */
function writeTitle(
  product: Omit<ShopProduct, 'id' | 'title'>,
  line: string,
  random: Random,
): string {
  const say = (concept: Concept): string => pickByRank(concept.names, NAME_SKEW, random);
  const maybe = (chance: number, text: () => string): string[] =>
    random.next() < chance ? [text()] : [];
  let kind = say(product.kind);
  if (random.next() < 0.25) kind = changeNumber(kind);
  const thing = product.accessory === undefined ? kind : `${product.accessory} for ${kind}`;
  const front = [
    ...maybe(0.85, () => capitalise(product.brand)),
    ...maybe(0.35, () => capitalise(line)),
    ...maybe(0.15, () => capitalise(pick(FILLERS, random))),
  ];
  const describing = [
    ...maybe(0.45, () => say(product.feature)),
    ...maybe(0.6, () => say(product.material)),
  ];
  const { audience } = product;
  if (audience !== undefined) describing.unshift(say(audience));
  const tail = [
    say(product.colour),
    ...maybe(0.5, () => pick(writeMeasure(product.measure), random)),
    ...maybe(0.2, () => product.model.toUpperCase()),
  ];
  const middle =
    random.next() < 0.7
      ? [...describing, thing]
      : [thing, random.next() < 0.5 ? 'in' : 'with', ...describing];
  const words = [...front, ...(describing.length > 0 ? middle : [thing])].map(capitalise).join(' ');
  return [words, ...tail.map(capitalise)].join(random.next() < 0.5 ? ', ' : ' ');
}

function capitalise(text: string): string {
  return text.replace(/(^|\s)([a-z])/g, (_, space, letter) => space + letter.toUpperCase());
}
