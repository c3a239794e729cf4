// Puts answers in a process of its own: node cache-child.mjs <folder> <first> <count>
import { AnswerCache, answerKey } from '../../../dist/teacher/endpoint/answer-cache.js';

const [folder, first, count] = process.argv.slice(2);
const cache = new AnswerCache(folder);
for (let question = Number(first); question < Number(first) + Number(count); question++) {
  cache.put(answerKey(question), { question, text: 'ü'.repeat(question) });
}
cache.close();
