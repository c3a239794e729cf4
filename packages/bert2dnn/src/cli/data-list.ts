// What `data list` prints: a set a paragraph.
import { flagName } from '../pipeline/options.js';
import { dataListVerb } from '../pipeline/verbs/data-list.js';
import { createCommand } from './command.js';
import { wrapText } from './terminal.js';

const WIDTH = 96;

export const dataListCommand = () =>
  createCommand({
    verb: dataListVerb,
    positional: { name: '[name]' },
    print(sources, line) {
      for (const source of sources) {
        line(`${source.name}: ${source.title}`);
        const facts: [string, string][] = [
          ['terms', source.licence],
          ['cite', source.citation],
          ['get', source.origin],
          ...source.files.map(({ name, holds, required }): [string, string] => [
            required ? 'file' : 'file?',
            `${name}  (${holds})`,
          ]),
          ['label', `${source.label.range.join('..')}: ${source.label.meaning}`],
          ['options', source.options.map(flagName).join(' ')],
        ];
        for (const [head, fact] of facts) {
          if (fact === '') continue;
          wrapText(fact, WIDTH - 11).forEach((part, index) => {
            line(`  ${(index === 0 ? head : '').padEnd(7)}  ${part}`);
          });
        }
        line('');
      }
      line('file? may be absent. Text files may be .gz or .zst. Nothing is downloaded. Then:');
      line('  bert2dnn data import NAME --from DIR --out DIR');
    },
  });
