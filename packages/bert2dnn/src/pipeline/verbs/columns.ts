// The column options that the verbs share: which columns of a file are the fields, the label and the group.
import type { ExampleColumns } from '../../data/index.js';
import { Bert2dnnError } from '../../foundation/errors.js';
import { columnMap, list, range, text } from '../options.js';

/** Options for texts without labels. */
export const FIELD_OPTIONS = {
  text: text('Column of the text, for single texts.', '<column>'),
  fields: columnMap(
    'Fields of the model and their columns, for pairs: query=search_term,title=product_title.',
  ),
};

/** Options for labelled texts. */
export const COLUMN_OPTIONS = {
  ...FIELD_OPTIONS,
  label: text('Column of the label.', '<column>'),
  labelRange: range('Lowest and highest label; labels are mapped to 0..1 (default 0:1).'),
  classes: list(
    'Names of the classes, for more than two; the label column holds one of them.',
    '<name,...>',
  ),
  group: text(
    'Column of the group that must not be split, by default the field `query`.',
    '<column>',
  ),
};

interface ColumnValues {
  text?: string;
  fields?: Record<string, string>;
  label?: string;
  labelRange?: [number, number];
  classes?: string[];
  group?: string;
}

/** The columns that the options name. @throws Bert2dnnError USAGE when options contradict each other. */
export function columnsOf(values: ColumnValues): ExampleColumns {
  if (values.text !== undefined && values.fields !== undefined) {
    throw new Bert2dnnError('USAGE', '--text and --fields: got both, expected one of them');
  }
  if (values.classes !== undefined && values.labelRange !== undefined) {
    throw new Bert2dnnError('USAGE', '--classes and --label-range: got both, expected one of them');
  }
  return {
    fields: values.text === undefined ? values.fields : { text: values.text },
    label: values.label,
    labelRange: values.labelRange,
    classes: values.classes,
    group: values.group,
  };
}
