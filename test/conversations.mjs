/**
 * What specs say to the bundled model. test/golden.mjs, which a command writes, holds what it
 * answers: `replies.greeting[0]` is the reply to `conversations.greeting.turns[0]`. No conversation
 * has tools: specs assert the parsed fields of a call.
 *
 * @typedef {object} Conversation
 * @property {string} [system]
 * @property {readonly string[]} turns What the user says.
 * @property {number} [maxTokens] Cuts each reply. Without it, every reply ends by itself.
 * @property {boolean} [wasmOnly] Not on a GPU that is computed by the CPU: it would take too long.
 */

/** No reply of a conversation without `maxTokens` is longer. */
export const MAX_TOKENS = 48;

const ASK_NAME = 'What is my name?';
const GREETING = 'Hello, this is a test.';
const TELL_NAME = 'My name is Zorvik.';
const ASK_JOB = 'What do you do?';
const HEALER = 'You are Luna, a healer.';

/** @satisfies {Record<string, Conversation>} */
export const conversations = /** @type {const} */ ({
  greeting: { turns: [GREETING] },
  name: { turns: [TELL_NAME, ASK_NAME] },
  add: { turns: ['What is 2 plus 3?'] },
  repeat: { turns: ['Repeat after me: blue river stone'], wasmOnly: true },
  story: { turns: ['Tell me a story about a dragon.'], maxTokens: 24, wasmOnly: true },
  foxStory: { turns: ['Tell me a story about a fox.'], maxTokens: 24, wasmOnly: true },
  /** The default prompt of the page, and of `validateAgent`. */
  validation: {
    turns: ["Please say 'Hello world' and 5 words about yourself"],
    wasmOnly: true,
  },
  unknownName: { turns: [ASK_NAME, GREETING], wasmOnly: true },
  nameAfterAdd: { turns: [TELL_NAME, 'What is 2 plus 3?', ASK_NAME], wasmOnly: true },
  persona: { system: HEALER, turns: [ASK_JOB, ASK_JOB], wasmOnly: true },
  personaAndName: { system: HEALER, turns: [TELL_NAME, ASK_NAME, ASK_JOB], wasmOnly: true },
  /** The reply has several words. Specs give the first one as a prefix. */
  count: { turns: ['Count from 3 to 5.', TELL_NAME], wasmOnly: true },
  /** It reasons before the reply. */
  thinking: { turns: ['Think step by step: what is 9 plus 6?'], wasmOnly: true },
});

/** What the tool of a spec says about the weather. */
export const WEATHER_RESULT = 'rainy, 14 degrees';

/**
 * A sentence with the result of the tool and nothing else: no call, tag or label is in it. The
 * sentence itself depends on how a client describes the tool.
 */
export const TELLS_WEATHER = /^[\w', ]*\brainy, 14 degrees\b[\w', ]*\.$/;
