// What `@bert2dnn/student` offers. Nothing here needs Node.
export { STUDENT_ERROR_CODES, StudentError, type StudentErrorCode } from './errors.js';
export { EXECUTOR_CHOICES, type ExecutorChoice } from './executors/executor.js';
export type { ExplainMethod } from './explain/attribution.js';
export type {
  Contribution,
  ExplainOptions,
  Explanation,
  WordContribution,
} from './explain/explanation.js';
export { FeatureBuffer, IdBags } from './features/feature-buffer.js';
export { Featurizer } from './features/featurizer.js';
export { NUM_FIXED_MATCH_FEATURES, numFixedMatchRows } from './features/match-rows.js';
export { Vocabulary, type VocabularyTensors, vocabularyTensors } from './features/vocabulary.js';
export {
  DATA_TYPE_SIZES,
  type SafetensorsDataType,
  type SafetensorsTensor,
  toFloat32,
} from './format/data-types.js';
export {
  loadStudent,
  type StudentFolderContent,
  type StudentSource,
} from './format/load-student.js';
export { MODEL_FILE, parseModel, serializeModel } from './format/model-file.js';
export { readSafetensors, type SafetensorsFile } from './format/safetensors-reader.js';
export { type TensorToWrite, writeSafetensors } from './format/safetensors-writer.js';
export {
  parseStudent,
  type SerializedStudent,
  STUDENT_FILES,
  serializeStudent,
} from './format/student-file.js';
export { type DenseLayerSizes, denseLayer } from './kernels/dense-layer.js';
export {
  type ElementwiseProductSizes,
  elementwiseProduct,
  elementwiseProductBackward,
} from './kernels/elementwise-product.js';
export {
  type Combiner,
  combinerScale,
  type EmbeddingBagSizes,
  embeddingBag,
  embeddingBagBackward,
  type FloatArray,
} from './kernels/embedding-bag.js';
export { decodeFloat16, encodeFloat16, MAX_FLOAT16 } from './kernels/float16.js';
export { sigmoid, softmax } from './kernels/probabilities.js';
export { checkDefinition, DEFINITION_LIMITS } from './model/check-definition.js';
export { checkParameters } from './model/check-parameters.js';
export { decodeParameters } from './model/decode-parameters.js';
export {
  type BlockDefinition,
  type CharactersBlockDefinition,
  type CrossBlockDefinition,
  type FeatureDefinition,
  type Json,
  MATCH_FAMILIES,
  type MatchBlockDefinition,
  type MatchFamily,
  type NgramsBlockDefinition,
  STUDENT_FORMAT,
  STUDENT_VERSION,
  type StudentDefinition,
} from './model/definition.js';
export type { Example } from './model/example.js';
export {
  blockStart,
  embeddingName,
  initializeParameters,
  inputSize,
  isTableName,
  isWeightName,
  layerSizes,
  layerStacks,
  type Parameters,
  parameterShapes,
  productStart,
  SCORE_BIAS,
  tableBlocks,
  tableOf,
  towerBlocks,
} from './model/parameters.js';
export { quantizeStudent } from './model/quantize-student.js';
export type { Ranked } from './model/rank.js';
export {
  areFloat32,
  type Float16Tensor,
  type Int8Tensor,
  PRECISIONS,
  type Precision,
  precisionOf,
  type StoredParameters,
  type StoredTensor,
} from './model/stored-parameters.js';
export {
  createStudent,
  MAX_TEXT_LENGTH,
  type Score,
  Student,
  type StudentOptions,
  type StudentParts,
} from './model/student.js';
export { towerWidth } from './model/towers.js';
export { type BoundaryMarks, DEFAULT_MARKS, MAX_NGRAM, ngrams } from './text/ngrams.js';
export { normalizeText } from './text/normalize.js';
export { PAPER_MARKS, paperTokens, paperWords } from './text/paper-tokenizer.js';
export { normalizeQuantities, UNIT_NAMES } from './text/quantities.js';
export { stemWord } from './text/stem.js';
export {
  type TextDefinition,
  TOKENIZERS,
  type Tokenizer,
  textTokens,
  tokenizerOf,
} from './text/tokenizer.js';
export { splitWords } from './text/words.js';
