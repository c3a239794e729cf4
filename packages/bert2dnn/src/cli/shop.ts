// What `shop` prints.
import { shopVerb } from '../pipeline/verbs/shop.js';
import { createCommand } from './command.js';

export const shopCommand = () =>
  createCommand({
    verb: shopVerb,
    print: (result, line) => {
      for (const file of Object.values(result)) line(file);
    },
  });
