import { toErrorRecord, UnmockedError } from '../errors.js';
import { isComparable } from './both-backends.js';
import type { ScenarioContext } from './scenario.js';
import { completionsAsked, faultUrl, newKey } from './server.js';

const MESSAGE = 'Hello, this is a test.';
/** Milliseconds within which each fault must become an error. */
const LIMIT = 5000;
const TIMEOUT_SECONDS = 1;

interface Case {
  name: string;
  /** See server/fault-options.ts. */
  faults: string;
  /** The error's code and `details.fault`. */
  error: [string, string];
  streamed?: boolean;
  /** The fault persists, so another agent is used afterwards. */
  lasting?: boolean;
}

/** Each fault affects only the first request, unless it is `lasting`, so the agent can recover. */
const cases: Case[] = [
  { name: 'silence', faults: 'stall', error: ['timeout', 'timeout'] },
  {
    name: 'silence in mid-stream',
    faults: 'stall=2',
    error: ['timeout', 'timeout'],
    streamed: true,
  },
  { name: 'status 401', faults: 'status=401', error: ['unauthorized', 'unauthorized'] },
  { name: 'status 404', faults: 'status=404', error: ['remote-error', 'no-such-endpoint'] },
  { name: 'status 429', faults: 'status=429', error: ['rate-limited', 'rate-limited'] },
  { name: 'status 500', faults: 'status=500', error: ['remote-error', 'server-error'] },
  { name: 'status 503', faults: 'status=503', error: ['remote-error', 'unavailable'] },
  { name: 'status 400', faults: 'status=400', error: ['invalid-argument', 'bad-request'] },
  { name: 'HTML instead of JSON', faults: 'html', error: ['remote-invalid', 'html'] },
  { name: 'truncated JSON', faults: 'truncated', error: ['remote-invalid', 'not-json'] },
  {
    name: 'a stream cut off in the middle of an event',
    faults: 'truncated',
    error: ['network', 'cut'],
    streamed: true,
  },
  {
    name: 'a socket cut in mid-stream',
    faults: 'cut=3',
    error: ['network', 'cut'],
    streamed: true,
  },
  { name: 'a socket cut in an answer', faults: 'cut=1', error: ['network', 'connection-lost'] },
  {
    name: 'an endless stream',
    faults: 'endless',
    error: ['remote-invalid', 'endless'],
    streamed: true,
  },
  {
    name: 'a wrong content type',
    faults: 'content-type=text/plain',
    error: ['remote-invalid', 'content-type'],
  },
  { name: 'empty choices', faults: 'no-choices', error: ['remote-invalid', 'no-choices'] },
  // Chromium itself retries when a kept-alive connection closes, so one lost request is invisible.
  {
    name: 'a connection closed without an answer',
    faults: 'lost',
    error: ['network', 'connection-lost'],
    lasting: true,
  },
];

export async function run(t: ScenarioContext): Promise<void> {
  const options = { maxTokens: 12, temperature: 0, signal: t.signal };
  const good = await t.loadRemote();
  t.reportOn(good);
  const expected = (await good.invoke(MESSAGE, options)).metadata.text;
  const facts = new Set<string>();

  for (const {
    name,
    faults,
    error: [code, fault],
    streamed,
    lasting,
  } of cases) {
    const agent = await t.loadRemote({
      apiUrl: faultUrl(t.server, faults, ...(lasting ? [] : [`once=${newKey(name)}`])),
      timeoutSeconds: faults.startsWith('stall') ? TIMEOUT_SECONDS : 30,
      maxRetries: 0,
    });
    const startedAt = performance.now();
    const error = await t.rejects(
      `${name} is a specific error`,
      () => (streamed ? agent.stream(MESSAGE, options).response : agent.invoke(MESSAGE, options)),
      `${code} (${fault})`,
      (reason) => {
        return (
          reason instanceof UnmockedError &&
          reason.code === code &&
          reason.details['fault'] === fault
        );
      },
    );
    const took = performance.now() - startedAt;
    t.check(`${name}: the error arrives in time`, took < LIMIT, {
      actual: Math.round(took),
      expected: `less than ${LIMIT} ms`,
    });
    const message = error?.message ?? '';
    const { host, origin } = new URL(t.server.apiUrl);
    // At least two sentences, ignoring the address: what happened, and what to do.
    const sentences = message
      .replaceAll(new RegExp(`${origin}\\S*`, 'g'), 'it')
      .replaceAll(host, 'it');
    t.check(
      `${name}: the message names the server and a remedy`,
      message.includes(host) && /[^\s.][.?)] [A-Z].*[.?)]$/s.test(sentences),
      { actual: message, expected: 'the server, what happened, and a remedy' },
    );
    facts.add(`${code} ${fault} ${message.replaceAll(/fault:[^/]*/g, '')}`);
    t.equal(
      `${name}: ${lasting ? 'another agent works' : 'the same agent works again'}`,
      (await (lasting ? good : agent).invoke(MESSAGE, options)).metadata.text,
      expected,
    );
    await agent.dispose();
  }
  // Silence before and during a stream is one error. All others differ, messages included.
  t.check('different faults give different errors', facts.size >= cases.length - 1, {
    actual: facts.size,
    expected: cases.length - 1,
  });

  const refused = `http://127.0.0.1:${t.server.faults!.closedPort}/v1`;
  await t.rejects(
    'nothing listens: refused',
    () => t.loadRemote({ apiUrl: refused, apiKey: undefined, maxRetries: 0 }),
    'network (refused)',
    (error) =>
      error instanceof UnmockedError &&
      error.details['fault'] === 'refused' &&
      /Start the server/.test(error.message),
  );
  await t.rejects(
    'an unknown host: unresolved',
    () =>
      t.loadRemote({
        apiUrl: 'http://no-such-server.invalid/v1',
        apiKey: undefined,
        maxRetries: 0,
      }),
    'network (unresolved), naming the host',
    (error) =>
      error instanceof UnmockedError &&
      error.details['fault'] === 'unresolved' &&
      error.message.includes('no-such-server.invalid'),
  );
  const unknown = await t.loadRemote({ model: 'nobody/has-this' });
  await t.rejects(
    'an unknown model: the error names it and lists the available models',
    () => unknown.invoke(MESSAGE, options),
    'model-not-found',
    (error) => {
      return (
        error instanceof UnmockedError &&
        error.code === 'model-not-found' &&
        error.message.includes('nobody/has-this') &&
        error.message.includes(t.server.models[0] ?? '')
      );
    },
  );

  const busyKey = newKey('busy');
  const busy = await t.loadRemote({
    apiUrl: faultUrl(t.server, 'status=429', 'retry-after=0', `once=${busyKey}`),
    maxRetries: 2,
  });
  const after = await busy.invoke(MESSAGE, options);
  t.equal(
    'one 429: the agent retries and gets the reply',
    [after.metadata.text, after.metadata.retries],
    [expected, 1],
  );
  t.equal('one 429: two requests were sent', await completionsAsked(t.server, busyKey), 2);

  const alwaysKey = newKey('always');
  const always = await t.loadRemote({
    apiUrl: faultUrl(t.server, 'status=429', 'retry-after=0', `key=${alwaysKey}`),
    maxRetries: 2,
  });
  await t.rejects(
    'endless 429: the agent gives up',
    () => always.invoke(MESSAGE, options),
    'rate-limited',
    (error) => error instanceof UnmockedError && error.code === 'rate-limited',
  );
  t.equal(
    'endless 429: the agent makes only the allowed retries',
    await completionsAsked(t.server, alwaysKey),
    3,
  );

  const cutKey = newKey('cut');
  const cut = await t.loadRemote({
    apiUrl: faultUrl(t.server, 'cut=3', `key=${cutKey}`),
    maxRetries: 2,
  });
  const stream = cut.stream(MESSAGE, options);
  let shown = '';
  const error = await (async () => {
    for await (const { text } of stream) shown += text;
  })().catch((reason: unknown) => reason);
  t.check('text before a cut was streamed', shown !== '' && expected.startsWith(shown), {
    actual: shown,
    expected: `the beginning of ${JSON.stringify(expected)}`,
  });
  t.equal(
    'the error contains that text',
    error instanceof UnmockedError && error.details['text'],
    shown,
  );
  t.equal(
    'after the first token the request is not retried',
    await completionsAsked(t.server, cutKey),
    1,
  );

  const secret =
    t.server.apiKey && t.server.apiKey.length >= 8 ? t.server.apiKey : 'sk-scenario-0123456789';
  const leaky = await t.loadRemote({
    apiUrl: faultUrl(t.server, 'echo-key'),
    apiKey: secret,
    maxRetries: 0,
  });
  const refusal = await t.rejects(
    'a server that repeats the key: refused',
    () => leaky.invoke(MESSAGE, options),
    'unauthorized',
    (reason) => reason instanceof UnmockedError && reason.code === 'unauthorized',
  );
  t.check(
    'the key is not in the error',
    refusal !== undefined &&
      !JSON.stringify([toErrorRecord(refusal), String(refusal.stack)]).includes(secret),
    { expected: 'no key' },
  );

  const here = await t.load();
  if (isComparable(t, here))
    t.equal(
      'the server ran the real model',
      expected,
      (await here.invoke(MESSAGE, options)).metadata.text.trimStart(),
    );
  else
    t.skipCheck(
      'the server ran the real model',
      `the server's model is "${good.model.id}", this page's "${t.model.id}"`,
    );
}
