// A language model as judge: one row a request to an OpenAI-compatible chat completion, a grade back.
import { z } from 'zod';
import type { Json } from '../../foundation/fingerprint.js';
import type { ChatDescription } from './description.js';
import { createPrompt, type JudgePrompt } from './judge-prompt.js';
import { gradesToMargin } from './margins.js';
import {
  AnswerError,
  type Protocol,
  parseResponse,
  type RequestBody,
  type Row,
  readUsage,
} from './protocol.js';

const topSchema = z.array(z.object({ token: z.string(), logprob: z.number() }));
const responseSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string() }),
        logprobs: z
          .object({
            content: z.array(z.object({ token: z.string(), top_logprobs: topSchema })).nullable(),
          })
          .nullish(),
      }),
    )
    .min(1),
});

/** What the cache keeps of a judgement: the text, and of each token what could have stood there. */
const answerSchema = z.object({
  content: z.string(),
  tokens: z.array(z.object({ token: z.string(), top: topSchema })).optional(),
});

const DEFAULT_ANSWER_TOKENS = { json: 32, text: 32, logprobs: 4 } as const;

/**
 * The protocol of a judge. Its grade, or its distribution over grades, becomes a margin by `gradesToMargin`:
 * `margin = ln(u / (1 - u))`, `u = clip((E[grade] - lowest) / (highest - lowest))`.
 */
export function createChat(description: ChatDescription, place: string): Protocol {
  const { answer: mode, clip } = description;
  const prompt = createPrompt(description, place);
  const { grades } = prompt;
  const maxAnswerTokens = description.maxAnswerTokens ?? DEFAULT_ANSWER_TOKENS[mode];
  const request = (row: Row): RequestBody => requestOf(description, prompt, maxAnswerTokens, row);
  return {
    numOutputs: 1,
    classes: undefined,
    margins: { mode, grades, clip },
    question: (row) => ({ kind: 'chat', request: request(row) }),
    group: (rows) => rows.map((_, index) => [index]),
    request: ([row]) => request(row),
    maxOutputTokens: () => maxAnswerTokens,
    read: (response) => ({
      answers: [readAnswer(response, mode === 'logprobs')],
      usage: readUsage(response),
    }),
    logitsOf: (answer) => {
      const { content, tokens } = parseResponse(answerSchema, answer, 'an answer of a judge');
      const shares =
        mode === 'logprobs'
          ? readDistribution(tokens, grades)
          : grades.map((grade) => (grade === readGrade(content, grades) ? 1 : 0));
      return [gradesToMargin(grades, shares, clip)];
    },
  };
}

function requestOf(
  description: ChatDescription,
  { grades, messagesOf }: JudgePrompt,
  maxAnswerTokens: number,
  row: Row,
): RequestBody {
  const { model, answer, temperature, seed, tokenLimitMember, topLogprobs, extra } = description;
  return {
    model,
    messages: messagesOf(row),
    [tokenLimitMember]: maxAnswerTokens,
    ...(temperature === null ? {} : { temperature }),
    ...(seed === null ? {} : { seed }),
    ...(answer === 'json' ? { response_format: responseFormat(grades) } : {}),
    ...(answer === 'logprobs' ? { logprobs: true, top_logprobs: topLogprobs } : {}),
    ...extra,
  };
}

/** Structured output: an object with one of the grades. */
function responseFormat(grades: readonly number[]): Json {
  const type = grades.every(Number.isInteger) ? 'integer' : 'number';
  const schema = {
    type: 'object',
    properties: { grade: { type, enum: [...grades] } },
    required: ['grade'],
    additionalProperties: false,
  };
  return { type: 'json_schema', json_schema: { name: 'grade', strict: true, schema } };
}

function readAnswer(response: unknown, withTokens: boolean): Json {
  const expected = '{choices: [{message: {content}}]}';
  const [{ message, logprobs }] = parseResponse(responseSchema, response, expected).choices;
  const { content } = message;
  if (!withTokens) return { content };
  if (logprobs?.content == null) {
    throw new AnswerError('the answer has no logprobs; write "answer": "json" or "text" instead');
  }
  const tokens = logprobs.content.map(({ token, top_logprobs: top }) => ({
    token,
    top: top.map((each) => ({ token: each.token, logprob: each.logprob })),
  }));
  return { content, tokens };
}

const NUMBER = /(?<![\d.])-?\d+(?:\.\d+)?/g;

/**
 * The grade of a text: the member `grade` if it is JSON, else the first number in it that is a grade of the scale.
 * @throws AnswerError if it has none.
 */
export function readGrade(content: string, grades: readonly number[]): number {
  const structured = readStructuredGrade(content);
  const found =
    structured !== undefined && grades.includes(structured)
      ? structured
      : [...content.matchAll(NUMBER)].map(([text]) => Number(text)).find((n) => grades.includes(n));
  if (found !== undefined) return found;
  const got = JSON.stringify(content.slice(0, 200));
  throw new AnswerError(`got ${got}, expected one of the grades ${grades.join(', ')}`);
}

const structuredSchema = z.object({ grade: z.number() });

function readStructuredGrade(content: string): number | undefined {
  try {
    return structuredSchema.safeParse(JSON.parse(content)).data?.grade;
  } catch {
    return undefined;
  }
}

/**
 * Shares [G] of the grades at the first token that is one: the probabilities of all tokens that are that grade apart
 * from blanks. A grade below the top of the list has 0. They need not sum to 1.
 * @throws AnswerError if no token is a grade.
 */
export function readDistribution(
  tokens: readonly { token: string; top: readonly { token: string; logprob: number }[] }[] = [],
  grades: readonly number[],
): number[] {
  const indexOf = (token: string): number =>
    /^\s*\d\s*$/.test(token) ? grades.indexOf(Number(token)) : -1;
  const first = tokens.find(({ token }) => indexOf(token) >= 0);
  const shares = grades.map(() => 0);
  for (const { token, logprob } of first?.top ?? []) {
    const index = indexOf(token);
    if (index >= 0) shares[index] += Math.exp(logprob);
  }
  if (shares.some((share) => share > 0)) return shares;
  const got = JSON.stringify(tokens.map(({ token }) => token).join('')).slice(0, 200);
  throw new AnswerError(
    `got the tokens ${got}, expected one that is a grade of ${grades.join(', ')}`,
  );
}
