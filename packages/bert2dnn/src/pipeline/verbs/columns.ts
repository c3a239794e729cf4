// The column options that the verbs share: which columns of a file are the fields, the label and the group.
import type { ExampleColumns } from '../../data/index.js';
import { Bert2dnnError } from '../../foundation/errors.js';
import { columnMap, flagName, list, range, text } from '../options.js';

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

/** Options for labels to train on, beside `COLUMN_OPTIONS`. */
export const TRAINING_COLUMN_OPTIONS = {
  labelColumns: list(
    'Columns of shares, one a class and named as it, that sum to 1 in a row: soft labels instead of --label.',
    '<column,...>',
  ),
  weight: text(
    'Column of how much a row counts, 0 or more; the loss is the weighted mean. Dev rows count the same.',
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
  labelColumns?: string[];
  weight?: string;
}

/** The columns that the options name. @throws Bert2dnnError USAGE when options contradict each other. */
export function columnsOf(values: ColumnValues): ExampleColumns {
  if (values.text !== undefined && values.fields !== undefined) {
    throw new Bert2dnnError('USAGE', '--text and --fields: got both, expected one of them');
  }
  if (values.classes !== undefined && values.labelRange !== undefined) {
    throw new Bert2dnnError('USAGE', '--classes and --label-range: got both, expected one of them');
  }
  const others = (['label', 'labelRange', 'classes'] as const).filter(
    (name) => values[name] !== undefined,
  );
  if (values.labelColumns !== undefined && others.length > 0) {
    throw new Bert2dnnError(
      'USAGE',
      `--label-columns and ${flagName(others[0])}: got both, expected one of them`,
      { hint: 'The columns of shares are named as the classes; nothing else is needed.' },
    );
  }
  return {
    fields: values.text === undefined ? values.fields : { text: values.text },
    label: values.label,
    labelRange: values.labelRange,
    classes: values.classes,
    group: values.group,
    labelColumns: values.labelColumns,
    weight: values.weight,
  };
}
