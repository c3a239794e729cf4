// Model families as data: which tensor of a Hugging Face file goes to which place of the encoder graph.
// A new family is a new description here, not a new encoder.

/** A family of encoders with one layout of tensor names. */
export interface Family {
  /** `model_type` in config.json. */
  modelType: string;
  classifierArchitecture: string;
  /** What tensor names of a model with a head begin with; the bare encoder leaves it out. */
  prefix: string;
  /** Place in the graph -> tensor name; `{layer}` stands for the layer's index. */
  encoderTensors: Readonly<Record<string, string>>;
  /** Places of the pooler: made new when an encoder without one is fine-tuned. */
  poolerTensors: Readonly<Record<string, string>>;
  /** Places of the head; their names have no prefix. */
  headTensors: Readonly<Record<string, string>>;
  /** Names that are known and not needed: other heads, saved buffers. */
  ignoredTensors: RegExp;
}

/** Places of the learnt tensors, `{layer}` standing for a layer's index. Weights are [O, C] as in PyTorch. */
const BERT: Family = {
  modelType: 'bert',
  classifierArchitecture: 'BertForSequenceClassification',
  prefix: 'bert.',
  encoderTensors: {
    'embeddings.token': 'embeddings.word_embeddings.weight',
    'embeddings.position': 'embeddings.position_embeddings.weight',
    'embeddings.type': 'embeddings.token_type_embeddings.weight',
    'embeddings.norm.weight': 'embeddings.LayerNorm.weight',
    'embeddings.norm.bias': 'embeddings.LayerNorm.bias',
    ...linear('query', 'attention.self.query'),
    ...linear('key', 'attention.self.key'),
    ...linear('value', 'attention.self.value'),
    ...linear('attention', 'attention.output.dense'),
    ...linear('attention.norm', 'attention.output.LayerNorm'),
    ...linear('intermediate', 'intermediate.dense'),
    ...linear('output', 'output.dense'),
    ...linear('output.norm', 'output.LayerNorm'),
  },
  poolerTensors: {
    'pooler.weight': 'pooler.dense.weight',
    'pooler.bias': 'pooler.dense.bias',
  },
  headTensors: { 'classifier.weight': 'classifier.weight', 'classifier.bias': 'classifier.bias' },
  ignoredTensors: /^(cls\.|(bert\.)?embeddings\.(position_ids|token_type_ids)$)/,
};

function linear(place: string, name: string): Record<string, string> {
  const entry = (kind: string) => [
    `layer.{layer}.${place}.${kind}`,
    `encoder.layer.{layer}.${name}.${kind}`,
  ];
  return Object.fromEntries([entry('weight'), entry('bias')]);
}

const FAMILIES: readonly Family[] = [BERT];

/** The family of a `model_type`, or `undefined` if it is not known. */
export function findFamily(modelType: unknown): Family | undefined {
  return FAMILIES.find((family) => family.modelType === modelType);
}

/** Every `model_type` that is known. */
export function knownModelTypes(): string[] {
  return FAMILIES.map((family) => family.modelType);
}

/** Place -> tensor name without prefix, for all layers of an encoder and its pooler. */
export function encoderTensorNames(family: Family, numLayers: number): Map<string, string> {
  const names = new Map<string, string>();
  const layered: [string, string][] = [];
  for (const [place, name] of Object.entries(family.encoderTensors)) {
    if (place.includes('{layer}')) layered.push([place, name]);
    else names.set(place, name);
  }
  for (let layer = 0; layer < numLayers; layer++) {
    for (const [place, name] of layered) {
      names.set(place.replace('{layer}', `${layer}`), name.replace('{layer}', `${layer}`));
    }
  }
  for (const [place, name] of Object.entries(family.poolerTensors)) names.set(place, name);
  return names;
}
