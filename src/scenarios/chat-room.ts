import type { AgentStream, GamePayload } from '../agents/agent.js';
import { mentions } from './ask.js';
import { onBothBackends, type Where } from './both-backends.js';
import type { Fillers } from './fillers.js';
import type { ScenarioContext } from './scenario.js';
import { faultUrl, newKey } from './server.js';

/** A group in another form than the party, a question, and what the reply has to say. */
interface Group {
  form: string;
  data: object;
  facts: readonly (string | number)[];
}

function drawGroups(fillers: Fillers): Group[] {
  const drawPair = () => [fillers.name(), fillers.name()] as const;
  const drawNumber = () => fillers.integer(11, 99);
  const team = drawPair();
  const [poor, rich] = drawPair();
  const gold = drawNumber();
  const crew = drawPair();
  return [
    {
      form: 'other fields in another order',
      data: {
        team: team.map((name) => ({ score: drawNumber(), name })),
        message: 'Who is in the team?',
      },
      facts: team,
    },
    {
      form: 'an object of names',
      data: {
        guild: { [poor]: fillers.integer(1, 9), [rich]: gold },
        message: `How much gold does ${rich} have?`,
      },
      facts: [gold],
    },
    {
      form: 'the question first',
      data: {
        message: 'Who is in the crew?',
        crew: crew.map((name) => ({ name, coins: drawNumber() })),
      },
      facts: crew,
    },
  ];
}

export async function run(t: ScenarioContext): Promise<void> {
  const chat = t.model.capabilities.includes('chat');
  const options = { maxTokens: 32, temperature: 0, signal: t.signal };
  const party = [t.fillers.name(), t.fillers.name()].map((name) => ({
    name,
    hp: t.fillers.integer(1, 99),
  }));
  const room = (message: string) => JSON.stringify({ party, message });
  const name = t.fillers.name();
  const introduction = `My name is ${name}.`;
  const groups = drawGroups(t.fillers);
  // Use a separate pool: the scenario destroys its engine in the middle of a reply.
  const pool = t.subject.createPool();
  // The third reply of the server is cut off.
  const broken = t.server.faults
    ? faultUrl(t.server, 'cut=2', `nth=3:${newKey('room')}`)
    : undefined;
  const breakOff: Record<Where, ((stream: AgentStream) => void) | undefined> = {
    'in this page': () => pool.dispose(),
    'on the server': broken ? () => undefined : undefined,
  };

  await onBothBackends(
    t,
    async (agent, where) => {
      // The payload of the game framework, whose translation this tests.
      const say = (userMessage: string): GamePayload => ({ userMessage, sessionId: 'room' });
      const who = await agent.invoke(say(room('Who is in the party?')), {
        ...options,
        ...(t.server.faults ? { extraBody: { return_token_ids: true } } : {}),
      });
      const { prompt, promptTokenIds } = who.metadata;
      const prompts =
        where === 'in this page'
          ? [prompt]
          : (JSON.parse(prompt) as { content: string }[]).map(({ content }) => content);
      t.check(
        `${where}: the party reaches the prompt unchanged`,
        prompts.some((text) => text.includes(room('Who is in the party?'))),
        { actual: prompt, expected: room('Who is in the party?') },
      );
      if (where === 'on the server' && promptTokenIds.length > 0 && agent.model.id === t.model.id) {
        const read = await (await t.load()).decode!(promptTokenIds);
        t.check(
          `${where}: the party is in the prompt tokens`,
          read.includes(room('Who is in the party?')),
          { actual: read },
        );
      }
      if (chat)
        t.check(
          `${where}: the reply names the party members`,
          party.every((member) => who.response.includes(member.name)),
          { actual: who.response, expected: party.map((member) => member.name) },
        );
      else
        t.skipCheck(
          `${where}: the reply names the party members`,
          `"${t.model.id}" has no chat training`,
        );

      const second = agent.stream(say(introduction), options);
      const pieces: string[] = [];
      for await (const { text } of second) if (text) pieces.push(text);
      t.equal(
        `${where}: replies stream`,
        [pieces.length > 2, pieces.join('')],
        [true, (await second.response).metadata.text],
      );

      const fail = breakOff[where];
      if (fail) {
        const third = agent.stream(say('Tell me a story about a dragon.'), {
          ...options,
          maxTokens: 160,
        });
        let shown = '';
        const error = await (async () => {
          for await (const { text } of third) {
            if (shown === '' && text !== '') fail(third);
            shown += text;
          }
        })().then(
          () => undefined,
          (reason: Error) => reason,
        );
        t.check(`${where}: a reply is cut off in mid-stream`, error !== undefined && shown !== '', {
          actual: `${shown} … ${error?.message ?? 'no error'}`,
          expected: 'some text, then an error',
        });
      } else {
        t.skipCheck(
          `${where}: a reply is cut off in mid-stream`,
          'the server cannot simulate faults',
        );
      }

      const last = await agent.invoke(say('What is my name?'), options);
      t.check(`${where}: the next message works`, last.response !== '', { actual: last.response });
      const told =
        where === 'in this page'
          ? last.metadata.prompt
          : (JSON.parse(last.metadata.prompt) as { content: string }[])
              .map(({ content }) => content)
              .join('\n');
      t.check(
        `${where}: the whole conversation is in the prompt`,
        [room('Who is in the party?'), who.response, introduction].every((text) =>
          told.includes(text),
        ),
        { actual: told },
      );
      t.check(
        `${where}: the cut-off turn is not in the prompt`,
        !told.includes('Tell me a story about a dragon.'),
        { actual: told },
      );
      if (chat)
        t.check(`${where}: memory lasts over several messages`, last.response.includes(name), {
          actual: last.response,
          expected: name,
        });
      else
        t.skipCheck(
          `${where}: memory lasts over several messages`,
          `"${t.model.id}" has no chat training`,
        );

      for (const [index, { form, data, facts }] of groups.entries()) {
        const reads = `${where}: the reply says what the data says (${form})`;
        if (!chat) {
          t.skipCheck(reads, `"${t.model.id}" has no chat training`);
          continue;
        }
        const { response } = await agent.invoke(
          { userMessage: JSON.stringify(data), sessionId: `group-${index}` } satisfies GamePayload,
          options,
        );
        t.check(reads, mentions(response, facts), { actual: response, expected: facts });
      }
    },
    { 'in this page': { pool }, 'on the server': broken ? { apiUrl: broken, maxRetries: 0 } : {} },
  );
}
