import { noChoices, readJson, throwErrorOf } from './answer-body.js';
import { Assembly, type ServerCompletion } from './assembly.js';
import type { Answer } from './connection.js';
import { clip, remoteError } from './remote-error.js';

/** Reads an answer that is one JSON object. */
export async function readCompletion(answer: Answer): Promise<ServerCompletion> {
  const { response, redact } = answer;
  const { url } = response;
  const body = await readJson(answer);
  throwErrorOf(body, url, redact);
  const text = redact(JSON.stringify(body));
  const choice = body.choices?.[0];
  if (!choice) throw noChoices(url, text);
  if (typeof choice.message !== 'object' || choice.message === null)
    throw remoteError(
      'remote-invalid',
      'malformed',
      `${url} answered with a choice without a message: ${clip(text)}. ` +
        'Is it an OpenAI-compatible server?',
      { url },
    );
  const assembly = new Assembly();
  assembly.take(body, choice, choice.message);
  return assembly.finish();
}
