import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, test } from 'node:test';
import { HelpRequest, UsageError } from '../../scripts/lib/command.mjs';
import {
  flag,
  integer,
  list,
  oneOf,
  readCommandLine,
  string,
} from '../../scripts/lib/command-line.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';

const declared = {
  command: 'npm run example --',
  options: {
    port: integer({ min: 1, max: 9, default: 5, variable: 'PORT', help: 'the port' }),
    device: oneOf(['webgpu', 'wasm'], { help: 'where to compute' }),
    key: string({ value: 'KEY', secret: true, accepts: (key) => key !== 'bad', help: 'a key' }),
    model: list(string({ value: 'ID', variable: 'MODEL', help: 'a model' })),
    quick: flag({ help: 'fewer samples' }),
  },
};
/**
 * @param {string[]} args
 * @param {Record<string, string>} [environment]
 */
const read = (args, environment) => readCommandLine(declared, args, environment).values;

describe('values', () => {
  test('the defaults', () => {
    assert.deepEqual(read([]), {
      port: 5,
      device: undefined,
      key: undefined,
      model: [],
      quick: false,
    });
  });

  test('the command line wins over the environment', () => {
    const environment = { PORT: '7', MODEL: 'm' };
    assert.deepEqual([read([], environment).port, read([], environment).model], [7, ['m']]);
    const { port, model } = read(['--port', '8', '--model', 'a', '--model=b'], environment);
    assert.deepEqual([port, model], [8, ['a', 'b']]);
  });

  test('an empty variable does not count', () => assert.equal(read([], { PORT: '' }).port, 5));

  test('the last of several wins, a list keeps all, a switch is true', () => {
    const { device, quick } = read(['--device', 'wasm', '--device', 'webgpu', '--quick']);
    assert.deepEqual([device, quick], ['webgpu', true]);
  });

  test('options keep their order', () => {
    const { tokens } = readCommandLine(declared, ['--model', 'a', '--quick', '--model', 'b']);
    assert.deepEqual(
      tokens.map(({ name, value }) => [name, value]),
      [
        ['model', 'a'],
        ['quick', undefined],
        ['model', 'b'],
      ],
    );
  });
});

describe('errors name the value, what is allowed, and the usage', () => {
  /** @type {[args: string[], message: RegExp][]} */
  const cases = [
    [
      ['--port', '10'],
      /^--port is "10", but must be a whole number from 1 to 9\nusage: npm run ex/,
    ],
    [['--port', '1.5'], /^--port is "1\.5", but must be a whole number/],
    [['--port', ''], /^--port is "", but must be/],
    [['--device', 'gpu'], /^--device is "gpu", but must be one of webgpu, wasm\n/],
    [['--model', 'a', '--model', ''], /^--model is "", but must be a non-empty string\n/],
    [['--key', 'bad'], /^--key must be a non-empty string\n/],
    [['--nonsense'], /^Unknown option '--nonsense'\nusage:/],
    [['extra'], /^Unexpected argument 'extra'\nusage:/],
    [['--port'], /^Option '--port <value>' argument missing\nusage:/],
  ];
  for (const [args, message] of cases)
    test(args.join(' '), () => {
      assert.throws(
        () => read(args),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });

  test('a variable of the environment by its name', () => {
    assert.throws(() => read([], { PORT: 'x' }), /^UsageError: PORT is "x", but must be/);
  });
});

test('--help is the usage, with every option, value, variable and default', () => {
  assert.throws(
    () => read(['--help', '--port', '10']),
    (error) => {
      assert.ok(error instanceof HelpRequest);
      assert.match(error.message, /^usage: npm run example -- \[options\]\n/);
      assert.match(error.message, /\n {2}--port N +the port \(environment: PORT; default: 5\)\n/);
      assert.match(error.message, /\n {2}--device webgpu\|wasm +where to compute\n/);
      assert.match(
        error.message,
        /\n {2}--model ID +a model \(may be repeated; environment: MODEL\)/,
      );
      return true;
    },
  );
});

describe('every command', () => {
  for (const script of [
    'scripts/start.mjs',
    'scripts/test.mjs',
    'scripts/scenarios.mjs',
    'scripts/serve-openai.mjs',
    'bench/run.mjs',
    'test/servers/hub.mjs',
  ]) {
    test(`${script} knows --help, and refuses other options with exit status 2`, () => {
      /** @param {string} option */
      const call = (option) =>
        spawnSync(process.execPath, [path.join(ROOT, script), option], { encoding: 'utf8' });
      const help = call('--help');
      assert.deepEqual([help.status, help.stderr], [0, '']);
      assert.match(help.stdout, /^usage: n/);
      for (const line of help.stdout.split('\n')) assert.ok(line.length <= 100, line);
      const refused = call('--nonsense');
      assert.equal(refused.status, 2);
      assert.match(refused.stderr, /^error: Unknown option '--nonsense'\nusage: /);
    });
  }
});
