import { describe, expect, it } from 'vitest';
import { createProgress, formatCount, formatDuration } from '../../src/foundation/progress.js';

function capture(isTTY: boolean) {
  const texts: string[] = [];
  return { texts, stream: { isTTY, write: (text: string) => texts.push(text) } };
}

describe('createProgress', () => {
  it('writes one JSON object a line where there is no terminal', () => {
    const { texts, stream } = capture(false);
    const task = createProgress(stream).start('score', 10, 'pairs');
    task.advance(10, { loss: 0.5 });
    task.done();
    const last = JSON.parse(texts[texts.length - 1]);
    expect(last).toMatchObject({
      task: 'score',
      done: 10,
      total: 10,
      unit: 'pairs',
      loss: 0.5,
      finished: true,
    });
  });

  it('draws a bar on a terminal that ends full', () => {
    const { texts, stream } = capture(true);
    const task = createProgress(stream).start('score', 4);
    task.advance(4);
    task.done();
    expect(texts[texts.length - 1]).toContain(`${'━'.repeat(20)} 100 %`);
    expect(texts[texts.length - 1].endsWith('\n')).toBe(true);
  });
});

describe('formats', () => {
  it('counts', () =>
    expect([950, 12_345, 4_500_000].map(formatCount)).toEqual(['950', '12.3k', '4.5M']));
  it('durations', () =>
    expect([8, 185, 7800].map(formatDuration)).toEqual(['8 s', '3 min 05 s', '2 h 10 min']));
});
