/** The texts of the keyboard shortcuts. They load with them: see texts.ts. */
export const shortcutTexts = {
  heading: 'Keyboard shortcuts',
  open: 'Keyboard shortcuts (?)',
  close: 'Close',
  on: 'Single keys are on',
  note: 'They do nothing while you type in a field. This browser remembers whether they are on.',
  keys: {
    '?': 'Show these shortcuts',
    j: 'Next scenario',
    k: 'Previous scenario',
    r: 'Run all scenarios',
    s: 'Stop the run',
    f: 'Follow the run, or keep the chosen scenario',
    '/': 'Search the list of scenarios',
    ',': 'Change the settings',
  },
};

export type Shortcut = keyof typeof shortcutTexts.keys;
