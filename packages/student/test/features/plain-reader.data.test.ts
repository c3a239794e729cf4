// Every text of real catalogues and query logs: the reader of plain texts gives up on few, and has the tokenizer's words.
// Needs the folder BERT2DNN_SHARED with data/.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AnalysedText } from '../../src/features/analysed-text.js';
import { Lexicon } from '../../src/features/lexicon.js';
import { PlainReader } from '../../src/features/plain-reader.js';
import { TextCodes } from '../../src/features/text-codes.js';
import { tokenizerOf } from '../../src/text/tokenizer.js';

const shared = process.env['BERT2DNN_SHARED'];
const reason = shared === undefined ? ' (BERT2DNN_SHARED is not set)' : '';
/** Largest share of texts that is left to the tokenizer. */
const MOST_LEFT = 0.06;

describe.skipIf(shared === undefined)(`texts of a search${reason}`, () => {
  it.each(['homedepot', 'crowdflower', 'catalogue'])(
    'are read as the tokenizer does: %s',
    (name) => {
      const path = join(shared!, 'data', 'search', `${name}.tsv.gz`);
      const texts = new Set(
        gunzipSync(readFileSync(path))
          .toString()
          .split(/[\t\n]/),
      );
      for (const quantities of [true, false]) {
        const tokenizer = tokenizerOf({ tokenizer: 'default', ngrams: 2, quantities });
        const lexicon = new Lexicon();
        const codes = new TextCodes();
        const reader = new PlainReader(lexicon, tokenizer, codes);
        const into = new AnalysedText();
        const others: string[] = [];
        let numLeft = 0;
        for (const text of texts) {
          codes.read(text);
          into.numWords = 0;
          if (!reader.read(into)) {
            numLeft += 1;
            continue;
          }
          const words = Array.from(
            into.words.subarray(0, into.numWords),
            (at) => lexicon.words[at],
          );
          if (words.join(' ') !== tokenizer.splitWords(text).join(' ')) others.push(text);
        }
        expect(others).toEqual([]);
        expect(texts.size).toBeGreaterThan(5000);
        expect(numLeft / texts.size).toBeLessThan(MOST_LEFT);
      }
    },
  );
});
