// Written by scripts/write-golden.mjs; do not edit.

/** SHA-256 of the weights that computed all of this. */
export const weights = {
  fp32: 'e84afdb1ef71867f81c4bad2a442c7d02c064811a410c824b54886e2b79ccd34',
  q8: 'dee8ee5bf0cc2c257813f045b67b65fe9f51cb54f2498696c69ca72a20b8235c',
};

/** What the bundled model replies in each turn of test/conversations.mjs, in q8 on WASM. */
export const replies = /** @type {const} */ ({
  greeting: ['Hello! How are you?'],
  name: ['Nice to meet you, Zorvik.', 'Your name is Zorvik.'],
  add: ['2 plus 3 is 5.'],
  repeat: ['blue river stone'],
  story: ['Once upon a time there was a small dragon. The dragon lived near a quiet river. Every morning the'],
  foxStory: ['Once upon a time there was a small fox. The fox lived near a quiet river. Every morning the'],
  validation: ['Hello world. I am small but real.'],
  unknownName: ['I do not know your name.', 'Hello! How are you?'],
  nameAfterAdd: ['Nice to meet you, Zorvik.', '2 plus 3 is 5.', 'Your name is Zorvik.'],
  persona: ['I am a healer.', 'I am a healer.'],
  personaAndName: ['Nice to meet you, Zorvik.', 'Your name is Zorvik.', 'I am a healer.'],
  count: ['Three, four, five.', 'Nice to meet you, Zorvik.'],
  thinking: ['The answer is 15.'],
});

/**
 * The output token ids of each turn, with those of reasoning and of the end.
 *
 * @type {Record<'fp32' | 'q8', Record<keyof typeof replies, number[][]>>}
 */
export const golden = {
  fp32: {
    greeting: [[263, 404, 0, 263, 335, 344, 340, 30, 1023]],
    name: [[269, 435, 390, 489, 340, 11, 281, 334, 85, 758, 13, 1023], [280, 417, 366, 322, 281, 334, 85, 758, 13, 1023]],
    add: [[284, 386, 285, 322, 287, 13, 1023]],
    repeat: [[339, 587, 68, 606, 625, 1023]],
    story: [[270, 643, 718, 309, 567, 607, 572, 309, 471, 554, 13, 275, 360, 554, 782, 711, 309, 764, 606, 13, 260, 751, 754, 328]],
    foxStory: [[270, 643, 718, 309, 567, 607, 572, 309, 471, 712, 13, 275, 360, 712, 782, 711, 309, 764, 606, 13, 260, 751, 754, 328]],
    validation: [[263, 404, 476, 13, 264, 424, 471, 546, 612, 13, 1023]],
    unknownName: [[264, 351, 413, 408, 431, 366, 13, 1023], [263, 404, 0, 263, 335, 344, 340, 30, 1023]],
    nameAfterAdd: [[269, 435, 390, 489, 340, 11, 281, 334, 85, 758, 13, 1023], [284, 386, 285, 322, 287, 13, 1023], [280, 417, 366, 322, 281, 334, 85, 758, 13, 1023]],
    persona: [[264, 424, 309, 804, 574, 13, 1023], [264, 424, 309, 804, 574, 13, 1023]],
    personaAndName: [[269, 435, 390, 489, 340, 11, 281, 334, 85, 758, 13, 1023], [280, 417, 366, 322, 281, 334, 85, 758, 13, 1023], [264, 424, 309, 804, 574, 13, 1023]],
    count: [[275, 71, 470, 11, 559, 11, 557, 13, 1023], [269, 435, 390, 489, 340, 11, 281, 334, 85, 758, 13, 1023]],
    thinking: [[529, 443, 29, 24, 386, 288, 322, 283, 20, 531, 443, 29, 51, 360, 502, 322, 283, 20, 13, 1023]],
  },
  q8: {
    greeting: [[263, 404, 0, 263, 335, 344, 340, 30, 1023]],
    name: [[269, 435, 390, 489, 340, 11, 281, 334, 85, 758, 13, 1023], [280, 417, 366, 322, 281, 334, 85, 758, 13, 1023]],
    add: [[284, 386, 285, 322, 287, 13, 1023]],
    repeat: [[339, 587, 68, 606, 625, 1023]],
    story: [[270, 643, 718, 309, 567, 607, 572, 309, 471, 554, 13, 275, 360, 554, 782, 711, 309, 764, 606, 13, 260, 751, 754, 328]],
    foxStory: [[270, 643, 718, 309, 567, 607, 572, 309, 471, 712, 13, 275, 360, 712, 782, 711, 309, 764, 606, 13, 260, 751, 754, 328]],
    validation: [[263, 404, 476, 13, 264, 424, 471, 546, 612, 13, 1023]],
    unknownName: [[264, 351, 413, 408, 431, 366, 13, 1023], [263, 404, 0, 263, 335, 344, 340, 30, 1023]],
    nameAfterAdd: [[269, 435, 390, 489, 340, 11, 281, 334, 85, 758, 13, 1023], [284, 386, 285, 322, 287, 13, 1023], [280, 417, 366, 322, 281, 334, 85, 758, 13, 1023]],
    persona: [[264, 424, 309, 804, 574, 13, 1023], [264, 424, 309, 804, 574, 13, 1023]],
    personaAndName: [[269, 435, 390, 489, 340, 11, 281, 334, 85, 758, 13, 1023], [280, 417, 366, 322, 281, 334, 85, 758, 13, 1023], [264, 424, 309, 804, 574, 13, 1023]],
    count: [[275, 71, 470, 11, 559, 11, 557, 13, 1023], [269, 435, 390, 489, 340, 11, 281, 334, 85, 758, 13, 1023]],
    thinking: [[529, 443, 29, 24, 386, 288, 322, 283, 20, 531, 443, 29, 51, 360, 502, 322, 283, 20, 13, 1023]],
  },
};
