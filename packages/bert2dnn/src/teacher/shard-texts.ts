// Texts of rows of the input, in the order in which a teacher reads its fields.
import { type ExampleSet, readExamples } from '../data/index.js';

/** The rows of an input as a teacher reads them. */
export interface TextSource {
  input: ExampleSet;
  /** For each field of the teacher, its index among the fields of the input. */
  fieldOrder: readonly number[];
}

/** Appends the texts of a range of rows to `texts[field]`, one list a field of the teacher. */
export async function appendTexts(
  texts: readonly string[][],
  { input, fieldOrder }: TextSource,
  range: { start: number; count: number },
): Promise<void> {
  for await (const batch of readExamples(input, range)) {
    fieldOrder.forEach((source, field) => {
      for (const text of batch.fields[source]) texts[field].push(text);
    });
  }
}

/** Texts of a range of rows by field of the teacher: `texts[field][row]`. */
export async function readTexts(
  source: TextSource,
  range: { start: number; count: number },
): Promise<string[][]> {
  const texts: string[][] = source.fieldOrder.map(() => []);
  await appendTexts(texts, source, range);
  return texts;
}
