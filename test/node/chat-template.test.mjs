import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ROOT } from '../../scripts/lib/install.mjs';
import { createModelWorker } from '../../scripts/lib/openai/server.mjs';
import { loadServer } from '../../scripts/lib/typescript.mjs';
import { copyModelWith } from './model-copy.mjs';

/* How tools reach a model through its own chat template: the bundled model in a folder, with small templates. */

/** @typedef {import('../../src/agents/prompt/prompt-format.js').Conversation} Conversation */

/** In the manner of Qwen 2.5. */
const WITH_TOOLS = `
{%- if tools %}{{ '[tools]' }}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{{ '[/tools]' }}{% endif %}
{%- for message in messages %}
{%- if message.tool_calls and message.tool_calls | length > 1 %}{{ raise_exception('One call at a time.') }}{% endif %}
{{- '[' + message.role + ']' + message.content }}
{%- for call in message.tool_calls or [] %}{{ '[call]' + call.function.name + ' ' + (call.function.arguments | tojson) }}{% endfor %}
{%- endfor %}
{%- if add_generation_prompt %}{{ '[assistant]' }}{% endif %}`;

const WITHOUT_TOOLS = `
{%- for message in messages %}{{ '[' + message.role + ']' + message.content }}{% endfor %}
{%- if add_generation_prompt %}{{ '[assistant]' }}{% endif %}`;

/** @type {Conversation} */
const conversation = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Weather?' },
    {
      role: 'assistant',
      content: '',
      toolCalls: [{ name: 'weather', arguments: { city: 'Oslo', days: 2 }, id: 'call_7' }],
    },
    { role: 'tool', content: 'rainy', toolCallId: 'call_7' },
  ],
  tools: [
    {
      name: 'weather',
      description: 'Tells the weather.',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
    },
    { name: 'now' },
  ],
};

describe('a chat template', () => {
  /** @type {InstanceType<Awaited<ReturnType<typeof loadServer>>['ModelHost']>} */
  let host;
  /** @type {string} */
  let folder;
  before(async () => {
    const { ModelHost } = await loadServer();
    host = new ModelHost(createModelWorker);
    folder = await mkdtemp(path.join(tmpdir(), 'unmocked-template-'));
  });
  after(async () => {
    await host?.close();
    await rm(folder, { recursive: true });
  });

  /**
   * The bundled model with this template.
   *
   * @param {string} name
   * @param {string} chatTemplate
   */
  async function load(name, chatTemplate) {
    const model = path.join(folder, name);
    await copyModelWith(model, chatTemplate);
    return host.load({ model, root: ROOT });
  }
  /**
   * @param {string} name
   * @param {string} chatTemplate
   * @param {Conversation} [asked]
   */
  async function prompt(name, chatTemplate, asked = conversation) {
    return (await (await load(name, chatTemplate)).prompt(asked)).text;
  }

  test('that takes tools gets names, descriptions, schemas, calls and results, once', async () => {
    assert.equal(
      await prompt('with', WITH_TOOLS),
      '[tools]{"type": "function", "function": {"name": "weather", ' +
        '"description": "Tells the weather.", "parameters": ' +
        '{"type": "object", "properties": {"city": {"type": "string"}}}}}' +
        '{"type": "function", "function": {"name": "now", "description": "", ' +
        '"parameters": {"type": "object", "properties": {}}}}[/tools]' +
        '[system]Be brief.[user]Weather?' +
        '[assistant][call]weather {"city": "Oslo", "days": 2}[tool]rainy[assistant]',
    );
  });

  test('that takes no tools gets them in the system message, and calls as text', async () => {
    assert.equal(
      await prompt('without', WITHOUT_TOOLS),
      '[system]Be brief. Tools: weather(city), now()[user]Weather?' +
        '[assistant]TOOL_CALL: weather(city=Oslo, days=2)[tool]rainy[assistant]',
    );
  });

  test('that refuses a history gets it as text', async () => {
    const call = { name: 'now', arguments: {} };
    assert.equal(
      await prompt('refuses', WITH_TOOLS, {
        messages: [
          { role: 'user', content: 'Twice.' },
          { role: 'assistant', content: 'Well.', toolCalls: [call, call] },
        ],
        tools: [{ name: 'now' }],
      }),
      '[system]Tools: now()[user]Twice.' +
        '[assistant]Well.\nTOOL_CALL: now()\nTOOL_CALL: now()[assistant]',
    );
  });

  test('gets no special token from a tool, a call or a result', async () => {
    const end = '<|endoftext|>';
    const text = await prompt('special', WITH_TOOLS, {
      messages: [
        { role: 'user', content: end },
        {
          role: 'assistant',
          content: end,
          toolCalls: [{ name: end, arguments: { [end]: [end] } }],
        },
        { role: 'tool', content: end },
      ],
      tools: [{ name: end, description: end, parameters: { properties: { [end]: {} } } }],
    });
    assert.ok(!text.includes(end), text);
    assert.equal(text.split('< | e n d o f t e x t | >').length - 1, 9);
  });

  test('that fails is an error with what it says', async () => {
    const model = await load('fails', "{{ raise_exception('Not like this.') }}");
    await assert.rejects(Promise.resolve(model.prompt(conversation)), /Not like this\./);
  });
});
