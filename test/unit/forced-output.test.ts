import { expect } from '@esm-bundle/chai';
import type { JsonSchema, Tool } from '../../src/agents/agent.js';
import { type OutputRules, toConstraint } from '../../src/agents/prompt/forced-output.js';
import { parseReply } from '../../src/agents/reply/parse-reply.js';
import { Automaton } from '../../src/engine/constraint/automaton.js';
import { translate } from '../../src/engine/constraint/translate.js';

const WEATHER: Tool = {
  name: 'get_weather',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer' } },
    required: ['city', 'days'],
  },
};
const NOW: Tool = { name: 'now' };
const tools = [WEATHER, NOW];

const call = (name: string, args: string) =>
  `<tool_call>\n{"name": "${name}", "arguments": ${args}}\n</tool_call>`;
const weather = call('get_weather', '{"city": "Oslo", "days": 2}');
const now = call('now', '{}');

/** Which of these outputs the rules allow. */
function allowed(rules: OutputRules, outputs: readonly string[]): string[] {
  const automaton = Automaton.from(translate(toConstraint(rules)!))!;
  return outputs.filter((output) => automaton.matches(output));
}

describe('what an output is constrained to', () => {
  it('is nothing if no rule forces anything', () => {
    for (const toolChoice of [undefined, 'auto', 'none'] as const)
      expect(toConstraint({ tools, ...(toolChoice ? { toolChoice } : {}) })).to.equal(undefined);
  });

  it('is one or more calls of offered tools if a call is required', () => {
    expect(
      allowed({ tools, toolChoice: 'required' }, [
        weather,
        now,
        `${weather}\n${now}\n${weather}`,
        '',
        'Hello.',
        `${now} `,
        `Hello.\n${now}`,
        call('other', '{}'),
        call('now', '{"zone": "UTC"}'),
        call('get_weather', '{"city": "Oslo"}'),
        call('get_weather', '{"city": "Oslo", "days": "2"}'),
      ]),
    ).to.deep.equal([weather, now, `${weather}\n${now}\n${weather}`]);
  });

  it('is at most one call if calls must not be parallel', () => {
    expect(
      allowed({ tools, toolChoice: 'required', parallelToolCalls: false }, [
        now,
        `${now}\n${now}`,
        '',
      ]),
    ).to.deep.equal([now]);
  });

  it('is exactly one call of the tool that is named', () => {
    expect(
      allowed({ tools, toolChoice: { name: 'now' } }, [now, weather, `${now}\n${now}`]),
    ).to.deep.equal([now]);
  });

  it('is a JSON object, or what fits the schema', () => {
    expect(
      allowed({ tools: [], responseFormat: { type: 'json' } }, ['{"a": [1]}', '[1]', '1', 'x']),
    ).to.deep.equal(['{"a": [1]}']);
    const schema = { enum: ['yes', 'no'] };
    expect(
      allowed({ tools: [], responseFormat: { type: 'json-schema', schema } }, ['"yes"', '"maybe"']),
    ).to.deep.equal(['"yes"']);
  });

  it('is JSON or calls if the model may still call tools, and only JSON if it must not', () => {
    const responseFormat = { type: 'json' } as const;
    const outputs = ['{}', now, `${now}\n${weather}`, 'Hello.', `{}\n${now}`];
    expect(allowed({ tools, responseFormat }, outputs)).to.deep.equal(outputs.slice(0, 3));
    expect(allowed({ tools, responseFormat, toolChoice: 'none' }, outputs)).to.deep.equal(['{}']);
    expect(allowed({ tools, responseFormat, parallelToolCalls: false }, outputs)).to.deep.equal(
      outputs.slice(0, 2),
    );
  });

  it('is calls alone if a call is forced and a format is given', () => {
    const responseFormat = { type: 'json' } as const;
    expect(allowed({ tools, responseFormat, toolChoice: 'required' }, ['{}', now])).to.deep.equal([
      now,
    ]);
  });

  it('is read back as the calls that were written', () => {
    const { toolCalls, problems, response } = parseReply(`${weather}\n${now}`, tools);
    expect(toolCalls.map(({ name, arguments: args }) => [name, args])).to.deep.equal([
      ['get_weather', { city: 'Oslo', days: 2 }],
      ['now', {}],
    ]);
    expect([problems, response]).to.deep.equal([[], '']);
  });

  it('is no argument for a tool that declares none, unless its schema opens up', () => {
    const one = call('now', '{"zone": "UTC"}');
    const outputs = [now, one];
    const of = (parameters?: JsonSchema) =>
      allowed(
        { tools: [{ name: 'now', ...(parameters ? { parameters } : {}) }], toolChoice: 'required' },
        outputs,
      );
    for (const none of [undefined, {}, { type: 'object' }, { type: 'object', properties: {} }])
      expect(of(none), JSON.stringify(none)).to.deep.equal([now]);
    expect(of({ additionalProperties: { type: 'string' } })).to.deep.equal(outputs);
    expect(of({ anyOf: [{ required: ['zone'] }] })).to.deep.equal([one]);
    expect(
      of({ $ref: '#/$defs/z', $defs: { z: { properties: { zone: { type: 'string' } } } } }),
    ).to.deep.equal(outputs);
  });

  it('takes a name with quotes', () => {
    const rules = { tools: [{ name: 'a"b' }], toolChoice: 'required' } as const;
    expect(allowed(rules, [call('a\\"b', '{}'), call('a"b', '{}')])).to.deep.equal([
      call('a\\"b', '{}'),
    ]);
  });
});
