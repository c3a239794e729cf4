// What an exported ONNX model can be given: names and meanings, without what makes a model.

/** Every kind of input. */
export const ONNX_INPUTS = ['ids', 'words', 'text'] as const;

/**
 * `ids`: `ids_<block>` int64 [Z] and `offsets_<block>` int64 [B + 1] of every block, as a `FeatureBuffer` holds them;
 * any student. `words`: `words_<field>` strings [B, W], padded with "" at the end, as the tokenizer `default` splits
 * them. `text`: `text_<field>` strings [B], as the tokenizer `paper` reads them but for capitals other than A to Z.
 */
export type OnnxInput = (typeof ONNX_INPUTS)[number];
