// The product of two blocks' vectors inside the rows of the first layer's input. Reference, forward and backward.
import type { FloatArray } from './embedding-bag.js';

/** Where two vectors and their product lie in a row. */
export interface ElementwiseProductSizes {
  B: number;
  D: number;
  /** Numbers from one row to the next. */
  stride: number;
  /** Where in a row the factors and the product begin. */
  left: number;
  right: number;
  product: number;
}

/** Writes left * right into each row's product. */
export function elementwiseProduct(rows: FloatArray, sizes: ElementwiseProductSizes): void {
  // rows [B, stride]
  const { B, D, stride, left, right, product } = sizes;
  for (let row = 0; row < B * stride; row += stride) {
    for (let column = row; column < row + D; column++) {
      rows[column + product] = rows[column + left] * rows[column + right];
    }
  }
}

/** Adds to the factors' gradients what the product's gradient gives them. */
export function elementwiseProductBackward(
  dRows: FloatArray,
  rows: FloatArray,
  sizes: ElementwiseProductSizes,
): void {
  // dRows [B, stride], rows [B, stride]
  const { B, D, stride, left, right, product } = sizes;
  for (let row = 0; row < B * stride; row += stride) {
    for (let column = row; column < row + D; column++) {
      dRows[column + left] += dRows[column + product] * rows[column + right];
      dRows[column + right] += dRows[column + product] * rows[column + left];
    }
  }
}
