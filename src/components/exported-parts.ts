/** The parts of a card, for `exportparts`: a harness has parts of the same names. */
export const scenarioParts = [
  'card',
  'header',
  'status',
  'button',
  'proves',
  'stage',
  'prompt',
  'output',
  'reason',
  'note',
  'loading',
  'metrics',
  'details',
  'dialog',
  'checks',
  'check',
  'device',
  'attempt',
  'exchanges',
  'exchange',
  'charts',
]
  .map((part) => `${part}: scenario-${part}`)
  .join(', ');
