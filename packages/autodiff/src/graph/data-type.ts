// The element types of tensors. Arithmetic is float32; ids are integers; masks are bool.

/** Element type of a tensor. */
export type DataType = 'float32' | 'int32' | 'int64' | 'bool';
