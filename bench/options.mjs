import {
  flag,
  integer,
  list,
  oneOf,
  readCommandLine,
  string,
} from '../scripts/lib/command-line.mjs';
import { loadTables } from '../scripts/lib/typescript.mjs';
import { GEOMETRY } from './models/models.mjs';

/** Each new page of a side takes seconds, so there are few; enough for an interval of 95 %. */
const ROUNDS = 9;
const QUICK_ROUNDS = 3;

/** @typedef {Awaited<ReturnType<typeof readOptions>>} Options */

/** @param {readonly string[]} args */
export async function readOptions(args) {
  const { defaultModel, pageDevices } = await loadTables();
  const { values } = readCommandLine(
    {
      command: 'npm run bench --',
      options: {
        model: list(
          string({
            value: 'MODEL',
            otherwise: `${defaultModel} and ${GEOMETRY}`,
            help: `${defaultModel}, ${GEOMETRY} (random weights), or a folder in the hub's layout`,
          }),
        ),
        device: oneOf(
          // Every row is of one device, so there is no "auto".
          pageDevices.filter((device) => device !== 'auto'),
          { default: 'wasm', help: 'where to compute' },
        ),
        quick: flag({ help: 'the table only, with fewer samples' }),
        samples: integer({
          min: 1,
          max: 1000,
          otherwise: `${ROUNDS}, or ${QUICK_ROUNDS} with --quick`,
          help: 'new profiles for each side of the table',
        }),
        profile: flag({ help: 'only the phases of a warm start, one after the other' }),
        json: string({ value: 'FILE', help: 'writes all samples' }),
        markdown: string({ value: 'FILE', help: 'writes the figures as Markdown' }),
        docs: flag({ help: 'writes the figures into docs/benchmarks.md' }),
        compare: string({
          value: 'FILE',
          help:
            'fails if a ratio is worse than in this result of --json by more than the ' +
            'intervals',
        }),
      },
    },
    args,
  );
  const onWasm = [defaultModel, GEOMETRY];
  return {
    ...values,
    // The other model has no file for WebGPU.
    models:
      values.model.length > 0 ? values.model : values.device === 'wasm' ? onWasm : [defaultModel],
    rounds: values.samples ?? (values.quick ? QUICK_ROUNDS : ROUNDS),
    bundled: defaultModel,
  };
}
