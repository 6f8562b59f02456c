import { type Dictionary, toDictionary, toEnum, toSequence, toSignal } from './convert.js';
import { type InputMessage, readInitialPrompts } from './prompt-input.js';
import { readSampling, readSamplingMode, type Sampling } from './sampling.js';
import { readTools, type SessionTool } from './tools.js';
import { type LanguageModelMessageType, messageTypes } from './types.js';

/** An expected input or output, with canonical language tags. */
export interface Expected {
  type: LanguageModelMessageType;
  languages: string[];
}

/** The options that decide whether a session is possible. */
export interface CoreOptions {
  expectedInputs: Expected[];
  expectedOutputs: Expected[];
  tools: SessionTool[];
}

export interface CreateOptions extends CoreOptions {
  sampling: Sampling;
  initialPrompts: InputMessage[];
  signal: AbortSignal | undefined;
  monitor: ((monitor: EventTarget) => void) | undefined;
}

/**
 * Reads the options of `availability()`.
 *
 * @throws TypeError when a member has the wrong form; RangeError when a language tag is invalid.
 */
export function readCoreOptions(given: unknown): CoreOptions {
  const options = toDictionary(given, 'options');
  readSamplingMode(options);
  return coreOf(options);
}

/**
 * Reads the options of `create()`. Throws as `readCoreOptions`, `readSampling` and `readPrompt` do.
 */
export function readCreateOptions(given: unknown): CreateOptions {
  const options = toDictionary(given, 'options');
  const { monitor } = options;
  if (monitor !== undefined && typeof monitor !== 'function')
    throw new TypeError('monitor is not a function.');
  return {
    ...coreOf(options),
    sampling: readSampling(options),
    initialPrompts: readInitialPrompts(options.initialPrompts),
    signal: toSignal(options.signal),
    monitor: monitor as CreateOptions['monitor'],
  };
}

function coreOf(options: Dictionary): CoreOptions {
  return {
    expectedInputs: readExpected(options.expectedInputs, 'expectedInputs'),
    expectedOutputs: readExpected(options.expectedOutputs, 'expectedOutputs'),
    tools: readTools(options.tools),
  };
}

function readExpected(given: unknown, what: string): Expected[] {
  if (given === undefined) return [];
  return toSequence(given, what).map((item) => {
    const { type, languages } = toDictionary(item, `${what}[]`);
    const tags = languages === undefined ? [] : toSequence(languages, `${what}[].languages`);
    return {
      type: toEnum(type, messageTypes, `${what}[].type`),
      languages: Intl.getCanonicalLocales(tags.map(String)), // throws the RangeError
    };
  });
}
