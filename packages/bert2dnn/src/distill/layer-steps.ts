// The compiled step of a student's layers, in two forms: for full batches, and for smaller ones, whose products would
// otherwise depend on the number of threads in their last bits. See `fewRows` of autodiff's `linear`.
import { TrainingStep, type TrainingStepResult } from '@bert2dnn/autodiff';
import type { StudentDefinition } from '@bert2dnn/student';
import { buildStudentGraph, type StudentGraphOptions } from './student-graph.js';

/**
 * Rows from which products are the same for up to `MAX_LAYER_THREADS` threads as they are: one of as many columns or fewer is
 * split by rows, and a wider one into shares of more than 64 columns.
 */
const MANY_ROWS = 512;

/** Threads of a product at most: more gain nothing on a student's layers. */
export const MAX_LAYER_THREADS = 8;

/** What a trainer asks of a compiled step. */
export type LayerStep = Pick<TrainingStep, 'run'>;

/** Runs a batch through the form that its size needs; the form for small batches is compiled when one comes. */
export class LayerSteps implements LayerStep {
  private few: Promise<TrainingStep> | undefined;

  private constructor(
    private readonly many: TrainingStep,
    private readonly compileFew: () => Promise<TrainingStep>,
  ) {}

  static async create(
    definition: StudentDefinition,
    options: StudentGraphOptions,
    threads: number,
  ): Promise<LayerSteps> {
    const compile = (fewRows: boolean): Promise<TrainingStep> => {
      const graph = buildStudentGraph(definition, { ...options, fewRows });
      return TrainingStep.create({
        loss: graph.loss,
        parameters: graph.parameters,
        extraGradients: graph.vectors,
        threads: Math.min(threads, MAX_LAYER_THREADS),
        // Between two runs the tables' threads need the processors.
        waiting: 'sleep',
      });
    };
    return new LayerSteps(await compile(false), () => compile(true));
  }

  /** As `TrainingStep.run`; the batch size is that of the feed `targets`. */
  async run(...[feeds, options]: Parameters<TrainingStep['run']>): Promise<TrainingStepResult> {
    const numRows = feeds['targets'].shape[0];
    if (numRows >= MANY_ROWS) return this.many.run(feeds, options);
    this.few ??= this.compileFew();
    return (await this.few).run(feeds, options);
  }

  /** Frees the runtime's memory. */
  async release(): Promise<void> {
    await this.many.release();
    await (await this.few)?.release();
  }
}
