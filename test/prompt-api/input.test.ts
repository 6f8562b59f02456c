import { expect } from '@esm-bundle/chai';
import { Context } from '../../src/prompt-api/context.js';
import { CreateMonitor, DownloadProgress } from '../../src/prompt-api/download-monitor.js';
import {
  createException,
  promptException,
  quotaExceeded,
} from '../../src/prompt-api/exceptions.js';
import { Host, type HostOptions } from '../../src/prompt-api/host.js';
import { install, LanguageModel } from '../../src/prompt-api/index.js';
import type { ConversationModel, Generation, Message } from '../../src/prompt-api/model.js';
import { checkSystemFirst, readPrompt } from '../../src/prompt-api/prompt-input.js';
import { readPromptOptions } from '../../src/prompt-api/prompt-options.js';
import { readTools } from '../../src/prompt-api/tools.js';
import { runTurn } from '../../src/prompt-api/turn.js';
import { TrimmedText } from '../../src/agents/reply/trimmed-text.js';
import { ToolCallFilter } from '../../src/prompt-api/visible-text.js';
import { UnmockedError } from '../../src/errors.js';
import { rejection } from '../helpers.js';
import { brokenPool, nameOfError, onWasm } from './helpers.js';

// The specs of this file load no model.
describe('prompt-api/input', () => {
  let uninstall = () => {};
  const installed = (options: HostOptions = {}) => {
    uninstall();
    uninstall = install({ ...onWasm(brokenPool()), ...options });
  };
  beforeEach(() => installed());
  afterEach(() => {
    uninstall();
    uninstall = () => {};
  });

  const text = (value: unknown) => ({ type: 'text', value });
  const tool = {
    name: 'get_weather',
    description: 'Says how the weather is.',
    inputSchema: { type: 'object', properties: { city: { type: 'string' } } },
    execute: () => 'rainy',
  };
  const circular: Record<string, unknown> = { type: 'object' };
  circular.self = circular;

  describe('availability()', () => {
    const availability = (options?: unknown) => LanguageModel.availability(options as never);

    it('says that the model has to be downloaded first', async () => {
      expect(await availability()).to.equal('downloadable');
      expect(await availability({})).to.equal('downloadable');
    });

    it('works without its class, as a static operation does', async () => {
      const { availability: detached } = LanguageModel;
      expect(await detached()).to.equal('downloadable');
    });

    it('accepts everything that can be done', async () => {
      for (const options of [
        { expectedInputs: [], expectedOutputs: [] },
        { expectedInputs: [{ type: 'text' }], expectedOutputs: [{ type: 'text' }] },
        { expectedInputs: [{ type: 'text', languages: ['EN'] }] },
        { expectedInputs: [{ type: 'text', languages: ['en-US', 'en'] }] },
        { expectedInputs: [{ type: 'tool-response' }], expectedOutputs: [{ type: 'tool-call' }] },
        { topK: 99, temperature: 2 },
        { topK: -2, temperature: -0.5 }, // only create() looks at the range
        { initialPrompts: [{ role: 'user' }] }, // not one of its options
        { samplingMode: 'most-predictable' },
        { tools: [tool] },
      ]) {
        expect(await availability(options), JSON.stringify(options)).to.equal('downloadable');
      }
    });

    it('is unavailable for anything that the model cannot do, and create() fails', async () => {
      for (const options of [
        { expectedInputs: [{ type: 'image' }] },
        { expectedInputs: [{ type: 'audio' }] },
        { expectedOutputs: [{ type: 'image' }] },
        { expectedOutputs: [{ type: 'tool-response' }] },
        { expectedInputs: [{ type: 'text', languages: ['unk'] }] },
        { expectedInputs: [{ type: 'text', languages: ['en', 'ja'] }] },
        { expectedOutputs: [{ type: 'text', languages: ['enm'] }] },
      ]) {
        expect(await availability(options), JSON.stringify(options)).to.equal('unavailable');
        const error = await rejection<DOMException>(LanguageModel.create(options as never));
        expect(error, JSON.stringify(options)).to.be.instanceOf(DOMException);
        expect(error.name).to.equal('NotSupportedError');
      }
    });

    it('speaks the languages that the host says', async () => {
      installed({ languages: ['JA', 'en'] });
      const languages = ['ja-JP', 'en'];
      expect(await availability({ expectedInputs: [{ type: 'text', languages }] })).to.equal(
        'downloadable',
      );
    });

    it('is unavailable without a model or a device for it', async () => {
      installed({ unavailable: true });
      expect(await availability()).to.equal('unavailable');
      expect(await LanguageModel.params()).to.equal(null);
      expect(await nameOfError(() => LanguageModel.create())).to.equal('NotSupportedError');
      installed({ device: 'webgpu' }); // the spec's model has no WebGPU variant
      expect(await availability()).to.equal('unavailable');
      installed({ model: 'unmocked-tiny', device: 'webgpu' }); // this group has no adapter
      expect(await availability()).to.equal('unavailable');
    });
  });

  describe('options', () => {
    const malformed: [string, unknown, string][] = [
      ['an unknown type', { expectedInputs: [{ type: 'soup' }] }, 'TypeError'],
      ['an expected output without a type', { expectedOutputs: [{}] }, 'TypeError'],
      ['expected inputs that are not an array', { expectedInputs: 'text' }, 'TypeError'],
      [
        'an invalid language tag',
        { expectedInputs: [{ type: 'text', languages: ['en-abc-invalid'] }] },
        'RangeError',
      ],
      ['an unknown sampling mode', { samplingMode: 'wild' }, 'TypeError'],
      ['samplingMode and temperature', { samplingMode: 'balanced', temperature: 1 }, 'TypeError'],
      ['samplingMode and topK', { samplingMode: 'balanced', topK: 1 }, 'TypeError'],
      ['options that are not an object', 5, 'TypeError'],
      ['tools that are not an array', { tools: {} }, 'TypeError'],
      ['a tool without a name', { tools: [{ ...tool, name: '' }] }, 'TypeError'],
      ['a tool without a description', { tools: [{ ...tool, description: '' }] }, 'TypeError'],
      ['a tool without execute', { tools: [{ ...tool, execute: undefined }] }, 'TypeError'],
      ['a tool without a schema', { tools: [{ ...tool, inputSchema: undefined }] }, 'TypeError'],
      ['a null schema', { tools: [{ ...tool, inputSchema: null }] }, 'TypeError'],
      ['a schema that is a string', { tools: [{ ...tool, inputSchema: 'object' }] }, 'TypeError'],
      ['a schema without a type', { tools: [{ ...tool, inputSchema: {} }] }, 'TypeError'],
      [
        'a schema of another type',
        { tools: [{ ...tool, inputSchema: { type: 'string' } }] },
        'TypeError',
      ],
      [
        'properties that are not an object',
        { tools: [{ ...tool, inputSchema: { type: 'object', properties: 'city' } }] },
        'TypeError',
      ],
      [
        'required that is not an array',
        { tools: [{ ...tool, inputSchema: { type: 'object', required: 'city' } }] },
        'TypeError',
      ],
      [
        'a circular schema',
        { tools: [tool, { ...tool, name: 'b', inputSchema: circular }] },
        'TypeError',
      ],
      ['two tools of one name', { tools: [tool, tool] }, 'TypeError'],
    ];
    for (const [what, options, name] of malformed) {
      it(`${what}: availability() and create() reject with ${name}`, async () => {
        expect(await nameOfError(() => LanguageModel.availability(options as never))).to.equal(
          name,
        );
        expect(await nameOfError(() => LanguageModel.create(options as never))).to.equal(name);
      });
    }

    const malformedForCreate: [string, unknown, string][] = [
      ['a negative temperature', { topK: 3, temperature: -0.5 }, 'RangeError'],
      ['a temperature of NaN', { topK: 3, temperature: NaN }, 'RangeError'],
      ['a topK of zero', { topK: 0, temperature: 0.5 }, 'RangeError'],
      ['a negative topK', { topK: -2, temperature: 0.5 }, 'RangeError'],
      ['a monitor that is not a function', { monitor: {} }, 'TypeError'],
      ['a signal of the wrong type', { signal: {} }, 'TypeError'],
      ['initial prompts that are a string', { initialPrompts: 'hello' }, 'TypeError'],
      [
        'a system message that is not the first',
        {
          initialPrompts: [
            { role: 'user', content: 'a' },
            { role: 'system', content: 'b' },
          ],
        },
        'TypeError',
      ],
      [
        'two system messages',
        {
          initialPrompts: [
            { role: 'system', content: 'a' },
            { role: 'system', content: 'b' },
          ],
        },
        'TypeError',
      ],
      [
        'an initial prompt with a prefix',
        { initialPrompts: [{ role: 'assistant', content: 'a', prefix: true }] },
        'SyntaxError',
      ],
    ];
    for (const [what, options, name] of malformedForCreate) {
      it(`${what}: create() rejects with ${name}`, async () => {
        expect(await nameOfError(() => LanguageModel.create(options as never))).to.equal(name);
      });
    }

    it('what a schema throws while it is read passes through', async () => {
      const boom = new Error('boom');
      const inputSchema = {
        type: 'object',
        get properties() {
          throw boom;
        },
      };
      expect(
        await rejection(LanguageModel.create({ tools: [{ ...tool, inputSchema }] } as never)),
      ).to.equal(boom);
    });

    it('what the monitor callback throws is what create() rejects with', async () => {
      const boom = new Error('boom');
      const creating = LanguageModel.create({
        monitor() {
          throw boom;
        },
      });
      expect(await rejection(creating)).to.equal(boom);
    });

    it('a signal that has aborted is what create() rejects with, whatever its reason', async () => {
      const reason = { not: 'an error' };
      const creating = LanguageModel.create({ signal: AbortSignal.abort(reason) });
      expect(await creating.catch((error: unknown) => error)).to.equal(reason);
    });

    it('a download needs a gesture where the host requires one', async () => {
      installed({ requireUserActivation: true });
      expect(navigator.userActivation.isActive).to.equal(false);
      expect(await nameOfError(() => LanguageModel.create())).to.equal('NotAllowedError');
    });
  });

  describe('prompts', () => {
    it('a string is a user message, and other values are turned into one', () => {
      const said = (input: unknown) => readPrompt(input).messages;
      expect(said('Hi')).to.deep.equal([{ role: 'user', content: 'Hi' }]);
      expect(said({})).to.deep.equal([{ role: 'user', content: '[object Object]' }]);
      expect(said(null)).to.deep.equal([{ role: 'user', content: 'null' }]);
      expect(said(undefined)).to.deep.equal([{ role: 'user', content: 'undefined' }]);
      expect(said([])).to.deep.equal([{ role: 'user', content: '' }]);
      expect(said([{ role: 'user', content: [] }])).to.deep.equal([{ role: 'user', content: '' }]);
    });

    it('text items are joined with nothing between them', () => {
      const content = [text('foo'), text('bar'), text(5)];
      expect(readPrompt([{ role: 'user', content }]).messages).to.deep.equal([
        { role: 'user', content: 'foobar5' },
      ]);
    });

    it('a prefix is the beginning of the reply and no message', () => {
      const prompt = readPrompt([
        { role: 'user', content: 'Count.' },
        { role: 'assistant', content: [text('One,'), text(' ')], prefix: true },
      ]);
      expect(prompt).to.deep.equal({
        messages: [{ role: 'user', content: 'Count.' }],
        prefix: 'One, ',
      });
    });

    const malformed: [string, unknown, string][] = [
      ['a message that is not an object', ['hello'], 'TypeError'],
      ['a message without a role', [{ content: 'a' }], 'TypeError'],
      ['an unknown role', [{ role: 'tool', content: 'a' }], 'TypeError'],
      ['a message without content', [{ role: 'user' }], 'TypeError'],
      ['content without a type', [{ role: 'user', content: [{ value: 'a' }] }], 'TypeError'],
      ['an unknown type', [{ role: 'user', content: [{ type: 'soup', value: 'a' }] }], 'TypeError'],
      ['content without a value', [{ role: 'user', content: [{ type: 'text' }] }], 'TypeError'],
      [
        'text that is an image',
        [{ role: 'user', content: [text(new ImageData(1, 1))] }],
        'TypeError',
      ],
      [
        'an image',
        [{ role: 'user', content: [{ type: 'image', value: new ImageData(1, 1) }] }],
        'NotSupportedError',
      ],
      [
        'an image of an assistant',
        [{ role: 'assistant', content: [{ type: 'image', value: new ImageData(1, 1) }] }],
        'NotSupportedError',
      ],
      ['a prefix of a user', [{ role: 'user', content: 'a', prefix: true }], 'SyntaxError'],
      [
        'a prefix before the end',
        [
          { role: 'assistant', content: 'a', prefix: true },
          { role: 'user', content: 'b' },
        ],
        'SyntaxError',
      ],
      [
        'a system message after others',
        [
          { role: 'user', content: 'a' },
          { role: 'system', content: 'b' },
        ],
        'TypeError',
      ],
    ];
    for (const [what, input, name] of malformed)
      it(`${what} is a ${name}`, async () => {
        expect(await nameOfError(() => readPrompt(input))).to.equal(name);
      });

    it('a system message may only be the first of all', () => {
      const messages = [{ role: 'system', content: 'a' } as const];
      checkSystemFirst(messages, false);
      expect(() => checkSystemFirst(messages, true)).to.throw(TypeError, /must be the first/);
    });
  });

  describe('prompt options', () => {
    it('a JSON Schema is copied', () => {
      const schema = { type: 'string' };
      const { constraint } = readPromptOptions({ responseConstraint: schema });
      schema.type = 'number';
      expect(constraint!.engine).to.deep.equal({ type: 'json-schema', schema: { type: 'string' } });
      expect(constraint!.accepts('"a"')).to.equal(true);
      expect(constraint!.accepts('"a')).to.equal(false);
    });

    it('a RegExp gives its pattern, and looks at the reply once more', () => {
      const { constraint } = readPromptOptions({ responseConstraint: /^a+$/g });
      expect(constraint!.engine).to.deep.equal({ type: 'regex', pattern: '^a+$' });
      for (let i = 0; i < 2; i++) expect(constraint!.accepts('aa')).to.equal(true);
      expect(constraint!.accepts('ab')).to.equal(false);
    });

    const malformed: [string, unknown, string][] = [
      ['a constraint that is a string', { responseConstraint: 'object' }, 'TypeError'],
      ['a null constraint', { responseConstraint: null }, 'TypeError'],
      ['a constraint that is an array', { responseConstraint: [] }, 'TypeError'],
      ['a circular constraint', { responseConstraint: circular }, 'NotSupportedError'],
      ['a RegExp that ignores case', { responseConstraint: /a/i }, 'NotSupportedError'],
      [
        'omitResponseConstraintInput without a constraint',
        { omitResponseConstraintInput: true },
        'TypeError',
      ],
      ['a signal of the wrong type', { signal: 'stop' }, 'TypeError'],
    ];
    for (const [what, options, name] of malformed)
      it(`${what} is a ${name}`, async () => {
        expect(await nameOfError(() => readPromptOptions(options))).to.equal(name);
      });
  });

  describe('text that is shown', () => {
    const output =
      'I\'ll look.\nTOOL_CALL: get_weather(city=Quelmar)\nOr <tool_call>{"name":"get_weather","arguments":{}}</tool_call>, TOOL: b.';

    it('leaves out calls of offered tools, wherever the pieces are cut', () => {
      for (let at = 0; at <= output.length; at++) {
        const filter = new ToolCallFilter([{ name: 'get_weather' }]);
        const shown =
          filter.push(output.slice(0, at)) + filter.push(output.slice(at)) + filter.end();
        expect(shown, `cut at ${at}`).to.equal("I'll look.\nOr , TOOL: b.");
        expect(filter.calls.map(({ arguments: args }) => args)).to.deep.equal([
          { city: 'Quelmar' },
          {},
        ]);
      }
    });

    it('shows text at once that cannot become a call', () => {
      const filter = new ToolCallFilter([{ name: 'get_weather' }]);
      expect(filter.push('Too')).to.equal('Too');
      expect(filter.push(' TOO')).to.equal(' ');
      expect(filter.push(' bad')).to.equal('TOO bad');
    });

    it('shows calls of tools that were not offered, and an unfinished one', () => {
      for (const offered of [[], [{ name: 'get_time' }]]) {
        const filter = new ToolCallFilter(offered);
        expect(filter.push(output) + filter.end()).to.equal(output);
        expect(filter.calls).to.have.length(0);
      }
      const filter = new ToolCallFilter([{ name: 'get_weather' }]);
      expect(filter.push('<tool_call>{"name"') + filter.end()).to.equal('<tool_call>{"name"');
    });

    it('finds a call at the end of the reply, and no reasoning', () => {
      const filter = new ToolCallFilter([{ name: 'f' }]);
      expect(
        filter.push('<think>TOOL_CALL: f(a=1)</think>TOOL_CALL: f(a=2)') + filter.end(),
      ).to.equal('');
      expect(filter.calls.map(({ arguments: args }) => args)).to.deep.equal([{ a: '2' }]);
    });

    it('gives the arguments of a call the types of the schema', () => {
      const properties = { s: { type: 'string' }, n: { type: 'integer' }, b: { type: 'boolean' } };
      const filter = new ToolCallFilter([
        { name: 'f', parameters: { type: 'object', properties } },
      ]);
      filter.push('TOOL_CALL: f(s=20, n=20, b=true)');
      filter.end();
      expect(filter.calls[0]!.arguments).to.deep.equal({ s: '20', n: 20, b: true });
    });

    it('has no white space at its ends', () => {
      const shown = (keepsStart: boolean) => {
        const trimmed = new TrimmedText(keepsStart);
        return [' ', ' a', ' ', '\n', 'b ', ' '].map((piece) => trimmed.push(piece)).join('');
      };
      expect(shown(false)).to.equal('a \nb');
      expect(shown(true)).to.equal('  a \nb');
    });

    it('begins a line after a tool was called', () => {
      const trimmed = new TrimmedText(false);
      trimmed.breakLine();
      expect(trimmed.push(' a. ')).to.equal('a.');
      trimmed.breakLine();
      expect(trimmed.push('b')).to.equal('\nb');
    });
  });

  describe('the context', () => {
    const user = (content: string): Message => ({ role: 'user', content });
    const length = (messages: readonly Message[]) =>
      messages.reduce((sum, { content }) => sum + content.length, 0);
    const contextOf = (...turns: string[]) =>
      new Context(
        [{ role: 'system', content: 'ss' }],
        turns.map((turn) => [user(turn)]),
      );
    const contents = (context: Context) => context.messages.map(({ content }) => content);
    const countWith = (added: string) => async (kept: Message[]) => length(kept) + added.length;

    it('stays as it is when there is room', async () => {
      const context = contextOf('aa', 'bb');
      expect(await context.makeRoom(countWith('cccc'), 10)).to.equal(false);
      expect(contents(context)).to.deep.equal(['ss', 'aa', 'bb']);
    });

    it('evicts the oldest turns, as many as need be', async () => {
      const context = contextOf('aa', 'bb', 'cc');
      expect(await context.makeRoom(countWith('dddd'), 10)).to.equal(true);
      expect(contents(context)).to.deep.equal(['ss', 'bb', 'cc']);
    });

    it('evicts more for the wanted room, if that helps', async () => {
      const context = contextOf('aa', 'bb', 'cc');
      await context.makeRoom(countWith('dddd'), 10, 1, 3);
      expect(contents(context)).to.deep.equal(['ss']);
      const tight = contextOf('aa', 'bb', 'cc');
      await tight.makeRoom(countWith('dddd'), 10, 1, 5);
      expect(contents(tight)).to.deep.equal(['ss', 'cc']);
    });

    it('fails with nothing evicted when it cannot fit', async () => {
      const context = contextOf('aa', 'bb');
      const error = await rejection<DOMException & { requested: number; quota: number }>(
        context.makeRoom(countWith('ccccccccc'), 10),
      );
      expect(error.name).to.equal('QuotaExceededError');
      expect([error.requested, error.quota]).to.deep.equal([11, 10]);
      expect(contents(context)).to.deep.equal(['ss', 'aa', 'bb']);
    });

    it('keeps the system message of a first prompt', async () => {
      const context = new Context([]);
      context.add([{ role: 'system', content: 'ss' }, user('aa')]);
      context.add([user('bb')]);
      await context.makeRoom(countWith('cccccc'), 10);
      expect(contents(context)).to.deep.equal(['ss', 'bb']);
    });

    it('is copied, and the copy is independent', async () => {
      const context = contextOf('aa');
      const model = {
        countAll: async (all: Message[]) => length(all),
      } as unknown as ConversationModel;
      await context.measure(model, new AbortController().signal);
      const copy = context.copy();
      copy.add([user('bb')]);
      expect(copy.usage).to.equal(4);
      expect(contents(context)).to.deep.equal(['ss', 'aa']);
    });
  });

  describe('a turn with tools', () => {
    /** A model that gives these replies, then the last one for ever. */
    const turnOf = (replies: string[], execute: (args: unknown) => unknown) => {
      const asked: (readonly Message[])[] = [];
      const shown: string[] = [];
      const model = {
        contextWindow: 100,
        maxTokens: 100,
        countPrompt: async () => 1,
        generate: async (
          { messages }: { messages: readonly Message[] },
          onText: (text: string) => void,
        ) => {
          asked.push(messages);
          const reply = replies.length > 1 ? replies.shift()! : replies[0]!;
          onText(reply);
          return { text: reply, rawText: reply, outputTokenIds: [1], finishReason: 'stop' };
        },
      } as unknown as ConversationModel;
      const done = runTurn({
        model,
        context: new Context([]),
        tools: readTools([{ ...tool, execute }]),
        input: readPrompt('What is the weather?'),
        constraint: undefined,
        signal: new AbortController().signal,
        onText: (piece) => shown.push(piece),
        onOverflow: () => undefined,
      });
      return { done, asked, shown };
    };

    it('carries out several calls at the same time and keeps their order', async () => {
      const open: (() => void)[] = [];
      const execute = ({ city }: { city: string }) =>
        new Promise((resolve) => {
          open.unshift(() => resolve(`rainy in ${city}`));
          if (open.length === 2) for (const settle of open) settle(); // the second one first
        });
      const calls = 'One moment.\nTOOL_CALL: get_weather(city=A)\nTOOL_CALL: get_weather(city=B)\n';
      const { done, asked, shown } = turnOf([calls, 'It rains.'], execute as never);
      const added = await done;
      expect(asked).to.have.length(2);
      expect(added.map(({ role, content }) => [role, content])).to.deep.equal([
        ['user', 'What is the weather?'],
        ['assistant', calls.trim()],
        ['tool', 'rainy in A'],
        ['tool', 'rainy in B'],
        ['assistant', 'It rains.'],
      ]);
      expect(asked[1]).to.deep.equal(added.slice(0, 4));
      expect(shown.join('')).to.equal('One moment.\nIt rains.');
    });

    it('is given up when the model never stops calling', async () => {
      let calls = 0;
      const { done } = turnOf(['TOOL_CALL: get_weather(city=A)'], () => String(++calls));
      const error = await rejection<DOMException>(done);
      expect(error.name).to.equal('UnknownError');
      expect(error.message).to.contain(`${calls} times`);
      expect(calls).to.equal(9);
    });
  });

  describe('a reply that reaches the end of the context window', () => {
    const words = ['Once ', 'upon ', 'a ', 'time.'];

    /** A model in which each word, and each message, is one token. It replies with `words`. */
    const turnIn = (contextWindow: number, context: Context, maxTokens = contextWindow) => {
      const count = (messages: readonly Message[], start: string) =>
        messages.length + words.filter((word) => start.includes(word)).length;
      const starts: string[] = [];
      const shown: string[] = [];
      let overflows = 0;
      const model = {
        contextWindow,
        maxTokens,
        countPrompt: async ({ messages, start }: Generation) => count(messages, start),
        generate: async (
          { messages, start, maxTokens: limit }: Generation,
          onText: (text: string) => void,
        ) => {
          starts.push(start);
          const left = words.filter((word) => !start.includes(word));
          const room = contextWindow - count(messages, start);
          const said = left.slice(0, Math.min(room, limit));
          for (const word of said) onText(word);
          const isWhole = said.length === left.length;
          return {
            text: said.join(''),
            rawText: said.join(''),
            outputTokenIds: said.map(() => 1),
            finishReason: isWhole ? 'stop' : 'length',
            ...(isWhole ? {} : { limitedBy: room < limit ? 'context-window' : 'max-tokens' }),
          };
        },
      } as unknown as ConversationModel;
      const done = runTurn({
        model,
        context,
        tools: [],
        input: readPrompt('Tell me a story.'),
        constraint: undefined,
        signal: new AbortController().signal,
        onText: (piece) => shown.push(piece),
        onOverflow: () => overflows++,
      });
      return done.then((added) => ({ added, starts, shown: shown.join(''), overflows }));
    };
    const turns = (count: number): Message[][] =>
      Array.from({ length: count }, () => [{ role: 'user', content: 'a' }]);

    it('continues after the oldest turns were evicted', async () => {
      const context = new Context([], turns(2));
      const { added, starts, shown, overflows } = await turnIn(5, context);
      expect(starts).to.deep.equal(['', 'Once upon ', 'Once upon a ']);
      expect(shown).to.equal('Once upon a time.');
      expect(added.at(-1)).to.include({ content: 'Once upon a time.', raw: 'Once upon a time.' });
      expect(overflows).to.equal(2);
      expect(context.messages).to.have.length(0);
    });

    it('is cut off when nothing more can be evicted, or at the token limit', async () => {
      const full = await turnIn(4, new Context(turns(1)[0]!));
      expect([full.shown, full.overflows]).to.deep.equal(['Once upon', 0]);
      const limited = await turnIn(5, new Context([], turns(2)), 3);
      expect([limited.shown, limited.overflows]).to.deep.equal(['Once upon a', 1]);
    });
  });

  describe('a constrained reply', () => {
    const turnWith = (text: string, finishReason: 'stop' | 'length', prefix?: string) => {
      const given: unknown[] = [];
      const shown: string[] = [];
      const model = {
        contextWindow: 100,
        maxTokens: 100,
        countPrompt: async () => 1,
        replyStart: (start: string) => ` ${start}`,
        generate: async ({ constraint }: Generation, onText: (text: string) => void) => {
          given.push(constraint);
          onText(text);
          return { text, rawText: text, outputTokenIds: [1], finishReason };
        },
      } as unknown as ConversationModel;
      const done = runTurn({
        model,
        context: new Context([]),
        tools: readTools([tool]),
        input: { messages: [{ role: 'user', content: 'hello' }], prefix },
        constraint: readPromptOptions({ responseConstraint: /^ ?a+\n?$/ }).constraint,
        signal: new AbortController().signal,
        onText: (piece) => shown.push(piece),
        onOverflow: () => undefined,
      });
      return done.then((added) => ({ added, given, shown: shown.join('') }));
    };

    it('is shown as it is, with its white space', async () => {
      const { given, shown } = await turnWith(' aa\n', 'stop');
      expect(shown).to.equal(' aa\n');
      expect(given).to.deep.equal([{ type: 'regex', pattern: '^ ?a+\\n?$' }]);
    });

    it('is constrained together with its prefix', async () => {
      const { added, given, shown } = await turnWith('a', 'stop', 'a');
      expect(shown).to.equal('a');
      expect(given).to.deep.equal([{ type: 'regex', pattern: '^ ?a+\\n?$', prefix: 'a' }]);
      expect(added.at(-1)).to.deep.equal({ role: 'assistant', content: 'aa', raw: ' aa' });
    });

    it('that is cut off, or does not fit, is a SyntaxError', async () => {
      for (const [text, finishReason] of [
        ['aa', 'length'],
        ['ab', 'stop'],
      ] as const) {
        const error = await rejection<DOMException>(turnWith(text, finishReason));
        expect(error.name).to.equal('SyntaxError');
        expect(error.message).to.contain('responseConstraint');
      }
      expect(await nameOfError(() => turnWith('a', 'stop', 'b'))).to.equal('SyntaxError');
    });
  });

  describe('download progress', () => {
    const watch = () => {
      const monitor = new CreateMonitor();
      const events: ProgressEvent[] = [];
      monitor.addEventListener('downloadprogress', (event) => events.push(event as ProgressEvent));
      const controller = new AbortController();
      return {
        monitor,
        events,
        controller,
        progress: new DownloadProgress(monitor, controller.signal),
      };
    };
    const at = (loadedBytes: number) =>
      ({ phase: 'download', loadedBytes, totalBytes: 3 }) as const;

    it('rises from 0 to 1 in steps of 1/65536, and says 1 only at the end', () => {
      const { events, progress } = watch();
      progress.begin();
      for (const bytes of [0, 1, 1, 3, 0, 2]) progress.update(at(bytes));
      progress.end();
      const loaded = events.map((event) => event.loaded);
      expect(loaded).to.deep.equal([0, 21_845 / 65_536, 65_535 / 65_536, 1]);
      expect(
        events.every(({ total, lengthComputable }) => total === 1 && lengthComputable),
      ).to.equal(true);
    });

    it('ends when the creation is aborted', () => {
      const { events, progress, controller } = watch();
      progress.begin();
      controller.abort();
      progress.update(at(2));
      progress.end();
      expect(events).to.have.length(1);
    });

    it('calls the ondownloadprogress handler, and only the last one', () => {
      const { monitor, progress } = watch();
      const heard: string[] = [];
      monitor.ondownloadprogress = () => heard.push('first');
      monitor.ondownloadprogress = () => heard.push('second');
      progress.begin();
      monitor.ondownloadprogress = null;
      progress.end();
      expect(heard).to.deep.equal(['second']);
    });
  });

  describe('exceptions', () => {
    it('have the names that the specification gives', () => {
      const named = (toException: (error: unknown) => unknown, error: unknown) => {
        const { name, cause } = toException(error) as DOMException & { cause: unknown };
        expect(cause).to.equal(error);
        return name;
      };
      const failure = (code: 'network' | 'no-device' | 'model-load-failed' | 'unsupported') =>
        new UnmockedError(code, 'It failed.');
      expect(named(createException, failure('network'))).to.equal('NetworkError');
      expect(named(createException, failure('no-device'))).to.equal('NotSupportedError');
      expect(named(createException, failure('model-load-failed'))).to.equal('OperationError');
      expect(named(promptException, failure('unsupported'))).to.equal('NotSupportedError');
      expect(named(promptException, failure('model-load-failed'))).to.equal('UnknownError');
      expect(named(promptException, new Error('It failed.'))).to.equal('UnknownError');
    });

    it('say what was requested and what there was', () => {
      const error = quotaExceeded(20, 10) as DOMException & { requested: number; quota: number };
      expect(error).to.be.instanceOf(DOMException);
      expect(error.name).to.equal('QuotaExceededError');
      expect([error.requested, error.quota]).to.deep.equal([20, 10]);
      expect(error.message).to.contain('20 tokens').and.contain('10');
    });
  });

  describe('install()', () => {
    const property = () => Object.getOwnPropertyDescriptor(globalThis, 'LanguageModel');

    it('puts the class on globalThis, and its result puts back what was there', () => {
      uninstall();
      uninstall = () => {};
      const before = property();
      const undo = install(onWasm(brokenPool()));
      expect(property()!.value).to.equal(LanguageModel);
      undo();
      expect(property()).to.deep.equal(before);
      undo();
      expect(property()).to.deep.equal(before);
    });

    it('refuses a model that does not exist, and then leaves everything as it is', () => {
      const before = property();
      expect(() => install({ model: 'no such model' })).to.throw(UnmockedError, /no such model/);
      expect(property()).to.deep.equal(before);
    });

    it('has a bundled model without any option', () => {
      expect(new Host().model.id).to.equal('unmocked-tiny');
    });

    it('sessions are not made by hand', () => {
      expect(() => new LanguageModel()).to.throw(TypeError, /Illegal constructor/);
    });
  });
});
