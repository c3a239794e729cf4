// Folders that are no sound teacher, through the doors that users come by: each is refused by name with what to do,
// and no damage of a file's bytes or members gives another error, a hang or a huge allocation.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors, type TensorToWrite, writeSafetensors } from '@bert2dnn/student';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openExamples } from '../../src/data/index.js';
import { Bert2dnnError } from '../../src/foundation/errors.js';
import { createRandom, type Random } from '../../src/foundation/random.js';
import { finetune } from '../../src/teacher/finetune.js';
import { pretrain } from '../../src/teacher/pretrain.js';
import { loadTeacher } from '../../src/teacher/teacher.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));
const TEXTS = [
  ['the cat', 'abc é 日本', '[SEP] x'],
  ['a dog, barking.', '', 'cat'],
];

let work: string;
let folder: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'bad-teacher-'));
  folder = join(work, 'model');
  await cp(TINY_BERT, folder, { recursive: true });
});
afterEach(() => rm(work, { recursive: true }));

const inFolder = (file: string): string => join(folder, file);

async function changeJson(file: string, change: (json: Json) => void): Promise<void> {
  const json = JSON.parse(await readFile(inFolder(file), 'utf8')) as Json;
  change(json);
  await writeFile(inFolder(file), JSON.stringify(json));
}

async function changeTensors(change: (tensors: Record<string, TensorToWrite>) => void) {
  const file = inFolder('model.safetensors');
  const tensors = Object.fromEntries(readSafetensors(await readFile(file)).tensors);
  change(tensors as Record<string, TensorToWrite>);
  await writeFile(file, writeSafetensors(tensors));
}

/** Loads and scores: what a user's first command does. */
async function load(): Promise<Float32Array> {
  const teacher = await loadTeacher(folder, { fields: ['query', 'title'] });
  try {
    return await teacher.logits(TEXTS);
  } finally {
    await teacher.release();
  }
}

/** A labelled file and the options to fine-tune the folder on it. */
async function finetuneOn(lines: readonly string[], classes?: string[]) {
  const file = join(work, 'labelled.tsv');
  await writeFile(file, `${['query\ttitle\tlabel', ...lines].join('\n')}\n`);
  const set = await openExamples([file], { classes }, { label: true });
  const out = join(work, 'out');
  return finetune({ model: folder, train: set, dev: set, out, epochs: 1, threads: 1 });
}

const BINARY_ROWS = ['cat\tthe cat\t1', 'dog\ta cat\t0', 'dog\tthe dog\t1', 'cat\tdog, dog\t0'];

describe('pickled weights are refused with the command that converts them', () => {
  beforeEach(async () => {
    await rm(inFolder('model.safetensors'));
    await writeFile(inFolder('pytorch_model.bin'), 'PK');
  });
  const refusal = expect.objectContaining({
    code: 'TEACHER_INVALID',
    message: expect.stringMatching(/pytorch_model\.bin: pickled weights are refused/),
    hint: expect.stringMatching(/from_pretrained\(.*\)\.save_pretrained\(/),
  });

  it('by score and evaluate, which load a teacher', async () => {
    await expect(load()).rejects.toEqual(refusal);
  });

  it('by finetune', async () => {
    await expect(finetuneOn(BINARY_ROWS)).rejects.toEqual(refusal);
  });
});

describe('vocabulary and embedding table', () => {
  it('of different sizes are refused with both', async () => {
    await changeTensors((tensors) => {
      const name = 'bert.embeddings.word_embeddings.weight';
      tensors[name] = { dtype: 'F32', shape: [60, 24], data: new Float32Array(60 * 24) };
    });
    await expect(load()).rejects.toMatchObject({
      code: 'TEACHER_INVALID',
      message: expect.stringMatching(
        /model\.safetensors: "bert\.embeddings\.word_embeddings\.weight" has shape \[60, 24\], expected \[65, 24\]/,
      ),
      hint: expect.stringContaining('config.json'),
    });
  });

  it('refuse a tokenizer with more ids than rows', async () => {
    await changeJson('tokenizer.json', (json) => {
      json.model.vocab.extra = 65;
    });
    await expect(load()).rejects.toMatchObject({
      code: 'TEACHER_INVALID',
      message: expect.stringMatching(/ids up to 65, config\.json a "vocab_size" of 65/),
    });
  });
});

describe('a tokenizer without a special token', () => {
  async function dropToken(token: string): Promise<void> {
    await changeJson('tokenizer.json', (json) => {
      json.added_tokens = (json.added_tokens as Json[]).filter(({ content }) => content !== token);
      json.model.vocab[`gone-${token}`] = json.model.vocab[token];
      delete json.model.vocab[token];
    });
  }

  it.each(['[PAD]', '[UNK]', '[CLS]', '[SEP]'])('is refused naming %s', async (token) => {
    await dropToken(token);
    const error = (await load().catch((caught: unknown) => caught)) as Bert2dnnError;
    expect(error).toMatchObject({ code: 'TOKENIZER_INVALID' });
    expect(error.message).toContain(`tokenizer.json: special token "${token}"`);
  });

  it('may score without [MASK], but not pretrain', async () => {
    await dropToken('[MASK]');
    expect((await load()).length).toBe(9);
    const file = join(work, 'texts.tsv');
    await writeFile(file, `text\n${'the cat\n'.repeat(60)}`);
    const input = await openExamples([file]);
    const out = join(work, 'out');
    await expect(pretrain({ model: folder, input, out, threads: 1 })).rejects.toMatchObject({
      code: 'TOKENIZER_INVALID',
      message: expect.stringContaining('[MASK]'),
    });
  });

  it('whose template names a segment that the model has no vector for is refused', async () => {
    await changeJson('tokenizer.json', (json) => {
      json.post_processor.pair[3].Sequence.type_id = 2;
    });
    await expect(load()).rejects.toMatchObject({
      code: 'TEACHER_INVALID',
      message: expect.stringMatching(/tokenizer\.json has segment 2, config\.json/),
    });
  });
});

describe('labels that the head does not tell', () => {
  it('are refused with file and line', async () => {
    const classes = ['LABEL_0', 'LABEL_1', 'LABEL_2'];
    const rows = ['cat\tcat\tLABEL_0', 'dog\tcat\tLABEL_2', 'dog\tcat\tLABEL_3'];
    await expect(finetuneOn(rows, classes)).rejects.toMatchObject({
      code: 'LABEL_INVALID',
      message: expect.stringMatching(/labelled\.tsv:4: .*"LABEL_3"/),
    });
  });

  it('are refused where the head names its classes otherwise', async () => {
    await changeJson('config.json', (json) => {
      json.id2label = { 0: 'bad', 1: 'fair', 2: 'good' };
      json.label2id = { bad: 0, fair: 1, good: 2 };
    });
    const rows = ['cat\tcat\tno', 'dog\tcat\tmaybe', 'dog\tdog\tyes'];
    await expect(finetuneOn(rows, ['no', 'maybe', 'yes'])).rejects.toMatchObject({
      code: 'LABEL_INVALID',
      message: expect.stringMatching(/the head tells "bad", "fair", "good"/),
    });
  });
});

describe('damaged weights', () => {
  it.each<[string, (bytes: Buffer) => Uint8Array, RegExp]>([
    ['empty', () => new Uint8Array(0), /got 0 bytes/],
    ['cut inside the header', (bytes) => bytes.subarray(0, 500), /header/],
    ['cut inside the data', (bytes) => bytes.subarray(0, bytes.length - 1), /ends at byte|data/],
    ['with bytes left over', (bytes) => Buffer.concat([bytes, Buffer.alloc(4)]), /data: got/],
    [
      'with offsets that overlap',
      (bytes) => replaceInHeader(bytes, '[96,192]', '[0,96]  '),
      /tensor bert\.embeddings\.LayerNorm\.(bias|weight): begins at 0, before 96 where another ends/,
    ],
    [
      'with offsets that are not what the shape asks for',
      (bytes) => replaceInHeader(bytes, '[96,192]', '[96,196]'),
      /tensor bert\.embeddings\.LayerNorm\.weight: got 100 bytes, expected 96 for F32 \[24\]/,
    ],
    [
      'with a header length beyond the file',
      (bytes) => {
        const changed = Buffer.from(bytes);
        changed.writeBigUInt64LE(2n ** 60n, 0);
        return changed;
      },
      /header: got a length of/,
    ],
  ])('%s are refused by path', async (_, damage, message) => {
    const file = inFolder('model.safetensors');
    await writeFile(file, damage(await readFile(file)));
    const refusal = { code: 'TEACHER_INVALID', message: expect.stringMatching(message) };
    await expect(load()).rejects.toMatchObject(refusal);
    await expect(load()).rejects.toThrow(/model\.safetensors: /);
  });

  it('of whole numbers are refused by name', async () => {
    await changeTensors((tensors) => {
      tensors['classifier.bias'] = { dtype: 'I32', shape: [3], data: new Int32Array(3) };
    });
    await expect(load()).rejects.toMatchObject({
      code: 'TEACHER_INVALID',
      message: expect.stringMatching(/"classifier\.bias" is I32, expected F32/),
    });
  });

  it('that are not numbers stop scoring and training, naming row or step and tensor', async () => {
    await changeTensors((tensors) => {
      const data = new Float32Array(24).fill(Number.NaN);
      const name = 'bert.encoder.layer.1.output.LayerNorm.bias';
      tensors[name] = { dtype: 'F32', shape: [24], data };
    });
    await expect(load()).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringMatching(/row \d: logit 0 is NaN/),
      hint: expect.stringContaining('weights may be damaged'),
    });
    await expect(finetuneOn(BINARY_ROWS)).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringMatching(/step 1: the loss is NaN/),
    });
  });
});

/** Replaces text of the same length in a safetensors header. */
function replaceInHeader(bytes: Buffer, old: string, text: string): Buffer {
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = bytes.toString('latin1', 8, end);
  const changed = header.replace(old, text);
  expect([changed.length, changed === header]).toEqual([header.length, false]);
  return Buffer.concat([bytes.subarray(0, 8), Buffer.from(changed, 'latin1'), bytes.subarray(end)]);
}

describe('sizes that no memory holds are refused before anything of that size is made', () => {
  it.each([
    ['num_hidden_layers', 1e9],
    ['vocab_size', 2 ** 40],
    ['intermediate_size', 2 ** 50],
    ['max_position_embeddings', 2 ** 50],
    ['type_vocab_size', 2 ** 50],
    ['num_labels', 1e9],
  ])('%s of %d', async (member, value) => {
    await changeJson('config.json', (json) => {
      json[member] = value;
      if (member === 'num_labels') delete json.id2label;
    });
    await expect(load()).rejects.toMatchObject({ code: 'TEACHER_INVALID' });
  });
});

describe('random damage gives an error of the toolkit, or a teacher that still scores', () => {
  const FILES = ['config.json', 'tokenizer.json', 'model.safetensors'];

  it.each(FILES)('%s: bytes', async (file) => {
    const bytes = await readFile(inFolder(file));
    const random = createRandom(20101044, `bytes of ${file}`);
    const outcomes = new Set<string>();
    for (let round = 0; round < 60; round++) {
      await writeFile(inFolder(file), damageBytes(bytes, lengthOfText(file, bytes), random));
      outcomes.add(await outcomeOf(`round ${round}`));
    }
    expect([...outcomes].filter((outcome) => outcome !== 'scores')).not.toEqual([]);
  });

  it.each(FILES)('%s: members', async (file) => {
    const bytes = await readFile(inFolder(file));
    const isWeights = file === 'model.safetensors';
    const length = lengthOfText(file, bytes);
    const text = bytes.toString('utf8', isWeights ? 8 : 0, length);
    const random = createRandom(20101044, `members of ${file}`);
    const outcomes = new Set<string>();
    for (let round = 0; round < 60; round++) {
      const json = JSON.parse(text) as Json;
      const what = damageMember(json, random);
      const changed = Buffer.from(JSON.stringify(json));
      const prefix = Buffer.alloc(isWeights ? 8 : 0);
      if (isWeights) prefix.writeBigUInt64LE(BigInt(changed.length));
      const rest = isWeights ? bytes.subarray(length) : Buffer.alloc(0);
      await writeFile(inFolder(file), Buffer.concat([prefix, changed, rest]));
      outcomes.add(await outcomeOf(what));
    }
    expect([...outcomes].filter((outcome) => outcome !== 'scores')).not.toEqual([]);
  });
});

/** `scores`, or the code of the refusal. Anything else fails the test, saying what was damaged. */
async function outcomeOf(what: string): Promise<string> {
  try {
    await load();
    return 'scores';
  } catch (error) {
    if (error instanceof Bert2dnnError) return error.code;
    throw new Error(`${what}: ${error}`, { cause: error });
  }
}

/** Where the JSON of a file ends; all of it but in a file of weights. */
function lengthOfText(file: string, bytes: Buffer): number {
  return file === 'model.safetensors' ? 8 + Number(bytes.readBigUInt64LE(0)) : bytes.length;
}

/** One to three bytes of the text are flipped in a bit or become a character that JSON knows. */
function damageBytes(bytes: Buffer, length: number, random: Random): Buffer {
  const CHARACTERS = '0123456789{}[]",:-e. tfn';
  const changed = Buffer.from(bytes);
  for (let count = 1 + random.nextInt(3); count > 0; count--) {
    const at = random.nextInt(length);
    if (random.next() < 0.5) changed[at] ^= 1 << random.nextInt(8);
    else changed[at] = CHARACTERS.charCodeAt(random.nextInt(CHARACTERS.length));
  }
  return changed;
}

// biome-ignore lint/suspicious/noExplicitAny: a parsed file of any shape, to be damaged
type Json = Record<string, any>;

const ODD_VALUES = [
  ...[-1, 0, 1, 2, 7, 256, 1.5, 1e9, 2 ** 53, 1e308, 1e-320],
  ...[null, true, false, '', 'a', 'constructor', '__proto__'],
  ...[[], [1], {}, { a: 1 }],
];

/** Sets a random member to a value that is odd there, or takes it out; says which. */
function damageMember(json: Json, random: Random): string {
  let holder = json;
  for (;;) {
    const names = Object.keys(holder);
    const name = names[random.nextInt(names.length)];
    const inner: unknown = holder[name];
    const isInner = typeof inner === 'object' && inner !== null && Object.keys(inner).length > 0;
    if (isInner && random.next() < 0.8) {
      holder = inner as Json;
      continue;
    }
    const value = ODD_VALUES[random.nextInt(ODD_VALUES.length + 1)];
    if (value === undefined) delete holder[name];
    else holder[name] = structuredClone(value);
    return `"${name}" is ${JSON.stringify(value)}`;
  }
}
