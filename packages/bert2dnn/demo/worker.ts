// The worker of the demo page: loads model and catalogue, ranks at each key stroke, explains. It fetches when it starts
// and never again.
import {
  loadStudent,
  normalizeText,
  parameterShapes,
  type Student,
  sigmoid,
  splitWords,
} from '@bert2dnn/student/browser';
// Not `student.explain`, which would fetch its code when it is first asked for.
import { explain as explainScore } from '@bert2dnn/student/browser/explain';
import { type Catalogue, parseCatalogue } from './catalogue.js';
import type { Answer, DemoDescription, ModelFacts, RankedProduct, Request } from './protocol.js';
import { Ranking } from './ranking.js';
import { WordIndex } from './word-index.js';

/** Products in the list. */
const TOP_K = 50;
/** Pairs between two looks at the clock. */
const STEP_PAIRS = 64;
/** Longest time without looking for newer input. */
const SLICE_MS = 10;
/** Least time between two states of the same ranking, after the first. */
const REPORT_MS = 40;

/** The part of a worker's scope that is used; the DOM's types know the page's only. */
interface WorkerScope {
  postMessage(answer: Answer): void;
  onmessage: ((event: MessageEvent<Request>) => void) | null;
}

const scope = self as unknown as WorkerScope;
const loading = load();
/** The ranking that was asked for last; an older one stops when it sees that it is not this one. */
let newestRanking = -1;

scope.onmessage = ({ data }) => {
  if (data.kind === 'rank') newestRanking = data.id;
  void loading
    .then((demo) => (data.kind === 'rank' ? rank(demo, data.id, data.query) : explain(demo, data)))
    .catch(fail);
};
loading.then(({ facts }) => scope.postMessage({ kind: 'ready', facts })).catch(fail);

interface Demo {
  student: Student;
  catalogue: Catalogue;
  index: WordIndex;
  facts: ModelFacts;
  /** Texts of a pair in the order of the student's fields. */
  pair(query: string, product: number): string[];
}

async function load(): Promise<Demo> {
  const startMs = performance.now();
  const [description, student, catalogueText] = await Promise.all([
    fetchFile('demo.json').then((file) => file.json() as Promise<DemoDescription>),
    loadStudent(new URL('model.b2d', self.location.href)),
    fetchFile('catalogue.tsv').then((file) => file.text()),
  ]);
  const catalogue = parseCatalogue(catalogueText);
  const index = new WordIndex(catalogue.titles.map(wordsOf));
  const { definition, executor, precision } = student;
  const queryFirst = definition.fields[0] === description.queryField;
  const facts = {
    ...description,
    numProducts: catalogue.titles.length,
    preset: definition.preset,
    numParameters: countNumbers(student),
    precision,
    executor,
    loadMs: performance.now() - startMs,
  };
  const pair = (query: string, product: number) =>
    queryFirst ? [query, catalogue.titles[product]] : [catalogue.titles[product], query];
  return { student, catalogue, index, facts, pair };
}

async function fetchFile(name: string): Promise<Response> {
  const response = await fetch(new URL(name, self.location.href));
  if (response.ok) return response;
  throw new Error(`${name}: got status ${response.status}, expected the file beside the page`);
}

function wordsOf(text: string): string[] {
  return splitWords(normalizeText(text));
}

async function rank(demo: Demo, id: number, query: string): Promise<void> {
  const { student, index, pair } = demo;
  const { temperature } = student.definition.calibration;
  const scoreProducts = (indices: Uint32Array) =>
    student
      .logits(Array.from(indices, (product) => pair(query, product)))
      .map((logit) => sigmoid(logit * temperature));
  const ranking = new Ranking(index.order(wordsOf(query)), scoreProducts, TOP_K);
  let scoringMs = 0;
  let reportedMs = Number.NEGATIVE_INFINITY;
  while (id === newestRanking) {
    const startMs = performance.now();
    do ranking.advance(STEP_PAIRS);
    while (!ranking.isDone && performance.now() - startMs < SLICE_MS);
    const nowMs = performance.now();
    scoringMs += nowMs - startMs;
    if (ranking.isDone || nowMs - reportedMs >= REPORT_MS) {
      report(demo, id, ranking, scoringMs);
      reportedMs = nowMs;
    }
    if (ranking.isDone) return;
    await takeMessages();
  }
}

function report({ catalogue }: Demo, id: number, ranking: Ranking, scoringMs: number): void {
  const { titles, details, columns } = catalogue;
  const best = ranking.best.map(
    ({ index, score }): RankedProduct => ({
      index,
      score,
      title: titles[index],
      details: columns.map((name, column) => [name, details[index][column]]),
    }),
  );
  const { numScored, isDone, histogram } = ranking;
  scope.postMessage({ kind: 'ranking', id, numScored, isDone, scoringMs, best, histogram });
}

function explain(demo: Demo, request: Request & { kind: 'explain' }): void {
  const { id, query, index } = request;
  const explanation = explainScore(demo.student, demo.pair(query, index));
  scope.postMessage({ kind: 'explanation', id, index, explanation });
}

/** Lets waiting messages in; a timer would wait 4 ms. */
function takeMessages(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

function countNumbers({ definition }: Student): number {
  const shapes = Object.values(parameterShapes(definition));
  return shapes.reduce((sum, shape) => sum + shape.reduce((size, length) => size * length, 1), 0);
}

function fail(error: unknown): void {
  const { message, hint } = error as { message?: string; hint?: string };
  scope.postMessage({
    kind: 'failed',
    message: [message ?? error, hint].filter(Boolean).join(' '),
  });
}
