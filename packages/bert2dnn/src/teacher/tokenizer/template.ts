// The post-processor of a tokenizer.json: which special tokens stand around one text or two.
import { z } from 'zod';
import { Bert2dnnError } from '../../foundation/errors.js';

// Segments are kept in a byte each.
const segment = z.number().int().min(0).max(255);
const templatePiece = z.union([
  z.object({ SpecialToken: z.object({ id: z.string(), type_id: segment }) }),
  z.object({ Sequence: z.object({ id: z.enum(['A', 'B']), type_id: segment }) }),
]);
const namedId = z.tuple([z.string(), z.number().int().min(0)]);

const framing = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('TemplateProcessing'),
    single: z.array(templatePiece),
    pair: z.array(templatePiece),
    special_tokens: z.record(z.string(), z.object({ ids: z.array(z.number().int().min(0)) })),
  }),
  z.object({ type: z.enum(['BertProcessing', 'RobertaProcessing']), sep: namedId, cls: namedId }),
]);

// Changes offsets only, which are not made here.
const byteLevel = z.object({ type: z.literal('ByteLevel') });

/** Schema of a `post_processor`: one that adds special tokens, alone or in a sequence with `ByteLevel`. */
export const postProcessorSchema = z.discriminatedUnion('type', [
  ...framing.options,
  z.object({
    type: z.literal('Sequence'),
    processors: z
      .array(z.discriminatedUnion('type', [byteLevel, ...framing.options]))
      .refine(
        (all) => all.filter((one) => one.type !== 'ByteLevel').length === 1,
        'expected one post-processor that adds special tokens',
      ),
  }),
]);

/** A checked `post_processor`. */
export type PostProcessorJson = z.infer<typeof postProcessorSchema>;

/** A place in a template: special tokens, or the first or second text. */
export type TemplateStep =
  | { kind: 'special'; ids: readonly number[]; typeId: number }
  | { kind: 'sequence'; second: boolean; typeId: number };

/** What stands around one text and around two. */
export interface Templates {
  single: readonly TemplateStep[];
  pair: readonly TemplateStep[];
  /** One more than the highest segment. */
  numSegments: number;
  /** Special tokens that the templates add to one text and to two. */
  numSingle: number;
  numPair: number;
  /** The first special token before a text. */
  firstId: number;
  /** The last special token after it. */
  lastId: number;
}

/**
 * Templates of a post-processor.
 * @param lookUp the id of a special token by name; throws where there is none
 * @throws Bert2dnnError TOKENIZER_INVALID where ids and vocabulary differ or no token frames the text.
 */
export function readTemplates(
  json: PostProcessorJson,
  lookUp: (token: string) => number,
  place: string,
): Templates {
  const processor =
    json.type === 'Sequence' ? json.processors.find((one) => one.type !== 'ByteLevel')! : json;
  const special = (token: string, typeId: number, stated: number[]): TemplateStep => {
    const id = lookUp(token);
    if (stated.length === 1 && stated[0] === id) return { kind: 'special', ids: stated, typeId };
    throw new Bert2dnnError(
      'TOKENIZER_INVALID',
      `${place}: the post-processor gives "${token}" the ids [${stated}], the vocabulary has ${id}`,
    );
  };
  const { single, pair } = listSteps(processor, special);
  const [first, last] = [single.at(0), single.at(-1)];
  if (first?.kind !== 'special' || last?.kind !== 'special' || single.length < 3) {
    throw new Bert2dnnError(
      'TOKENIZER_INVALID',
      `${place}: "post_processor" adds no special token before and after a text, expected it to`,
    );
  }
  if (listTexts(single) !== 'A' || listTexts(pair) !== 'AB') {
    throw new Bert2dnnError(
      'TOKENIZER_INVALID',
      `${place}: "post_processor" places the texts ${listTexts(single)} and ${listTexts(pair)}, expected A and A, B`,
    );
  }
  return {
    single,
    pair,
    numSegments: 1 + Math.max(...[...single, ...pair].map((step) => step.typeId)),
    numSingle: countSpecials(single),
    numPair: countSpecials(pair),
    firstId: first.ids[0],
    lastId: last.ids[0],
  };
}

type Special = (token: string, typeId: number, stated: number[]) => TemplateStep;

function listSteps(
  processor: z.infer<typeof framing>,
  special: Special,
): { single: TemplateStep[]; pair: TemplateStep[] } {
  if (processor.type === 'TemplateProcessing') {
    const read = (pieces: typeof processor.single): TemplateStep[] =>
      pieces.map((piece) => {
        if ('Sequence' in piece) return sequence(piece.Sequence.id === 'B', piece.Sequence.type_id);
        const { id, type_id: typeId } = piece.SpecialToken;
        return special(id, typeId, processor.special_tokens[id]?.ids ?? []);
      });
    return { single: read(processor.single), pair: read(processor.pair) };
  }
  const start = special(processor.cls[0], 0, [processor.cls[1]]);
  const end = (typeId: number) => special(processor.sep[0], typeId, [processor.sep[1]]);
  const single = [start, sequence(false, 0), end(0)];
  return processor.type === 'BertProcessing'
    ? { single, pair: [...single, sequence(true, 1), end(1)] }
    : { single, pair: [...single, end(0), sequence(true, 0), end(0)] };
}

function sequence(second: boolean, typeId: number): TemplateStep {
  return { kind: 'sequence', second, typeId };
}

/** The texts of a template in order, `AB` for a pair. */
function listTexts(template: readonly TemplateStep[]): string {
  const texts = template.map((step) => (step.kind === 'special' ? '' : step.second ? 'B' : 'A'));
  return texts.join('');
}

function countSpecials(template: readonly TemplateStep[]): number {
  return template.reduce((sum, step) => sum + (step.kind === 'special' ? step.ids.length : 0), 0);
}
