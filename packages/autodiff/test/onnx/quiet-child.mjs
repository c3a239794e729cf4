// Runs a session in a process of its own, so that a test can look at what is left beside it.
import { Graph, Session, tanh } from '../../dist/index.js';

const graph = new Graph();
const input = graph.input('x', [2]);
const session = await Session.create({ y: tanh(input) }, {});
await session.run({ x: { data: Float32Array.of(0, 1), shape: [2] } });
await session.release();
