// Layer-wise decay of the learning rate: what lies near the input is general and moves little.

/** The layer that a place belongs to, counted from 0; `undefined` outside the layers. */
function layerOf(place: string): number | undefined {
  const match = /^layer\.(\d+)\./.exec(place);
  return match === null ? undefined : Number(match[1]);
}

/**
 * Factor of the learning rate by place: `d^(L - l)` for layer l of L, `d^(L + 1)` for the embeddings, 1 for pooler
 * and heads, where d is `layerDecay`. L follows from `places`, all places of the model.
 * Source: Howard and Ruder 2018 (ULMFiT), section 3.2, with d instead of 1 / 2.6; Clark et al. 2020 (ELECTRA), table 7.
 */
export function rateScaleOf(
  places: Iterable<string>,
  layerDecay: number,
): (place: string) => number {
  let numLayers = 0;
  for (const place of places) numLayers = Math.max(numLayers, (layerOf(place) ?? -1) + 1);
  return (place) => {
    if (place.startsWith('embeddings.')) return layerDecay ** (numLayers + 1);
    const layer = layerOf(place);
    return layer === undefined ? 1 : layerDecay ** (numLayers - layer);
  };
}
