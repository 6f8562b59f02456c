/**
 * The faults that are staged, what must happen, and the spec that stages it. `npm run faults` runs the
 * specs and counts the rows; the table in docs/reliability.md is made from them.
 *
 * @typedef {object} Fault
 * @property {string} fault What goes wrong.
 * @property {string} promise What must happen.
 * @property {string} spec The file below test/.
 * @property {readonly string[]} tests Parts of the names of its tests. Each has to be there, and all that
 *   have one of them have to pass.
 */

/** @type {readonly { title: string, faults: readonly Fault[] }[]} */
export const faultGroups = [
  {
    title: 'Network',
    faults: [
      {
        fault: 'The network is gone for three seconds in mid-download',
        promise: 'the load waits, says so, and goes on where it stopped',
        spec: 'faults/network.test.ts',
        tests: ['for three seconds in mid-download'],
      },
      {
        fault: 'Every answer breaks off',
        promise: 'the download goes on while bytes arrive',
        spec: 'faults/network.test.ts',
        tests: ['again and again is no reason to give up'],
      },
      {
        fault: 'There is no network, and the model was loaded before',
        promise: 'it loads from what is kept',
        spec: 'faults/network.test.ts',
        tests: ['altogether is no matter for a model that was loaded before'],
      },
      {
        fault: 'Two tabs want the same file at once',
        promise: 'one downloads it; the other shows its progress',
        spec: 'faults/network.test.ts',
        tests: ['is made once for two'],
      },
      {
        fault: 'A server does not answer',
        promise: 'it is asked once more; the error names the address and the phase',
        spec: 'faults/stalled.test.ts',
        tests: ['before it answers is asked once more'],
      },
      {
        fault: 'A server stalls in mid-file',
        promise: 'it is noticed after 30 s, and the file goes on',
        spec: 'faults/stalled.test.ts',
        tests: ['in mid-file is noticed', 'is given 30 s'],
      },
      {
        fault: "The runtime's script, the worker's or a part of it stalls",
        promise: 'a new worker asks once more; the error names the address',
        spec: 'faults/stalled.test.ts',
        tests: ['is asked for once more:', 'fails the load by its address'],
      },
      {
        fault: 'The worker script, or a part of it, does not arrive once',
        promise: 'the same device and dtype are tried once more',
        spec: 'faults/network.test.ts',
        tests: ['that did not arrive once costs no rung'],
      },
      {
        fault: 'A server answers with errors',
        promise: 'it is tried again, a few times; the error names the address',
        spec: 'store.test.ts',
        tests: [
          'recovers when only the first answer is an error',
          'fails as network after its retries',
        ],
      },
      {
        fault: 'A download takes longer than the time limit of a scenario',
        promise: 'the limit stands still while bytes arrive',
        spec: 'faults/stalled.test.ts',
        tests: ["a scenario's time limit stands still"],
      },
    ],
  },
  {
    title: 'Files',
    faults: [
      {
        fault: 'A file is cut, flipped in one bit, or a web page',
        promise: 'it is refused, and nothing of it is kept',
        spec: 'store.test.ts',
        tests: ['refuses a damaged file, and caches nothing of it'],
      },
      {
        fault: 'An earlier download left wrong bytes',
        promise: 'it begins anew at once',
        spec: 'faults/network.test.ts',
        tests: ['that was left damaged begins anew'],
      },
      {
        fault: 'A kept file was changed',
        promise: 'it is downloaded again',
        spec: 'store.test.ts',
        tests: ['does not trust its cache'],
      },
      {
        fault: 'A configuration says what cannot be',
        promise: 'it is refused before the weights are downloaded; the error names the value',
        spec: 'faults/broken-model.test.ts',
        tests: [
          'is refused before its weights are downloaded',
          'generation_config.json ends replies',
        ],
      },
      {
        fault: 'A tokenizer does not fit its model',
        promise: 'it is refused with both sizes',
        spec: 'faults/broken-model.test.ts',
        tests: ['a tokenizer of another model'],
      },
      {
        fault: 'Weights hold NaN, or a model computes NaN, infinity or zeros alone',
        promise: 'it is the error `invalid-logits`, and no reply',
        spec: 'faults/broken-model.test.ts',
        tests: ['with NaN fail the load by name', 'are refused:'],
      },
      {
        fault: 'A chat template or a pattern of the tokenizer never ends',
        promise: 'it is ended after 30 s; the error names the file, and the next call works',
        spec: 'faults/endless-model.test.ts',
        tests: ['that never ends'],
      },
      {
        fault: 'A chat template or a pattern does not parse, or fails',
        promise: 'the load is refused by the name of the file',
        spec: 'faults/endless-model.test.ts',
        tests: ['that does not parse is refused', 'that asks for more memory than there is'],
      },
      {
        fault: 'Files were made to do harm: prototypes, depth, megabytes',
        promise: 'they are refused, or change nothing in the page',
        spec: 'faults/hostile.test.ts',
        tests: ['a hostile configuration of a model', 'a hostile listing of a hub'],
      },
      {
        fault: 'Stored settings or a config.toml were made to do harm',
        promise: 'they are left out, with a line each',
        spec: 'faults/hostile.test.ts',
        tests: ['hostile settings'],
      },
    ],
  },
  {
    title: 'Engine',
    faults: [
      {
        fault: 'The browser ends the worker while it loads',
        promise: 'it is noticed at once, and another one loads',
        spec: 'faults/dead-worker.test.ts',
        tests: ['while it loads is noticed', 'while it loads, twice'],
      },
      {
        fault: 'The browser ends the worker before a token was shown',
        promise: 'a new one answers; nobody can tell the difference',
        spec: 'faults/dead-worker.test.ts',
        tests: ['before it has shown anything costs nothing'],
      },
      {
        fault: 'The browser ends the worker in mid-reply',
        promise: 'that call fails, and the next one works',
        spec: 'faults/dead-worker.test.ts',
        tests: ['after it has shown tokens fails the call'],
      },
      {
        fault: 'A worker throws, hangs, or sends nothing',
        promise: 'it is terminated, and the error says which',
        spec: 'engine.test.ts',
        tests: ['fails to load as crashed', 'fails to load as silent'],
      },
      {
        fault: 'The runtime fails while it computes',
        promise: 'its worker is replaced; the error says what failed, where, and what to do',
        spec: 'engine.test.ts',
        tests: ['is terminated with the whole error of the runtime'],
      },
      {
        fault: 'The runtime fails with C++ file names, or with a number',
        promise: 'the error is in plain words; the raw text is in its details',
        spec: 'unit/runtime-error.test.ts',
        tests: ['is explained', 'that is a number'],
      },
      {
        fault: 'The GPU device is lost while the model loads',
        promise: 'a new worker loads on a new device',
        spec: 'webgpu/lost-device.test.ts',
        tests: ['while the model loads costs one attempt'],
      },
      {
        fault: 'The GPU device is lost before a token was shown',
        promise: 'a new engine answers',
        spec: 'webgpu/lost-device.test.ts',
        tests: ['before anything was shown costs nothing'],
      },
      {
        fault: 'The GPU device is lost in mid-reply, or answers with zeros',
        promise: 'the reply is thrown away, and the next call works',
        spec: 'webgpu/lost-device.test.ts',
        tests: ['in mid-reply', 'after the last token, with zeros'],
      },
      {
        fault: 'Memory runs out while the model loads',
        promise: 'it is the error `out-of-memory`, with the number and the remedy',
        spec: 'faults/recovery.test.ts',
        tests: ['while the model loads is named as such'],
      },
      {
        fault: 'A model cannot fit',
        promise:
          'it is refused before its weights are downloaded, with numbers and what is smaller',
        spec: 'faults/too-large.test.ts',
        tests: ['is refused before anything', 'gives way to the next rung'],
      },
    ],
  },
  {
    title: 'Page',
    faults: [
      {
        fault: 'The main thread sleeps longer than the limit for a silent worker',
        promise: 'the worker is not taken for dead',
        spec: 'faults/recovery.test.ts',
        tests: [
          'while its model answered hears the answer',
          'gives a worker its whole limit again',
        ],
      },
      {
        fault: 'The tab is frozen in mid-reply, or hidden',
        promise: 'the reply comes when it is woken; a hidden tab answers',
        spec: 'node/page-lifecycle.test.mjs',
        tests: ['frozen in mid-reply', 'hidden, it answers'],
      },
      {
        fault: 'The page is left in mid-reply, and come back to',
        promise: 'it answers',
        spec: 'node/page-lifecycle.test.mjs',
        tests: ['left and come back to'],
      },
      {
        fault: 'A policy forbids inline code, `eval` and plain strings as code',
        promise: 'all scenarios run under it',
        spec: 'node/page-security.test.mjs',
        tests: ['passes under a strict policy'],
      },
    ],
  },
];

export const faults = faultGroups.flatMap((group) => group.faults);
