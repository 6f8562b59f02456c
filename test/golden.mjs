// Written by scripts/write-golden.mjs; do not edit.

/** SHA-256 of the weights that computed all of this. */
export const weights = {
  fp32: 'a85dbbb2d44a547cde9b7ddcc38a4bf9671f6371a784c23ff97598b77fd03bc8',
  q8: 'b5f62da5953efaa7e1e1880e02666b235b5f55cb4107033880f52f9635c41cac',
};

/** What the bundled model replies in each turn of test/conversations.mjs, in q8 on WASM. */
export const replies = /** @type {const} */ ({
  greeting: ['Hello! How are you?'],
  name: ['Nice to meet you, Zorvik.', 'Your name is Zorvik.'],
  add: ['2 plus 3 is 5.'],
  repeat: ['blue river stone'],
  story: ['Once upon a time there was a small dragon. The dragon lived near a quiet river. Every morning'],
  foxStory: ['Once upon a time there was a small fox. The fox lived near a quiet river. Every morning'],
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
    greeting: [[39, 568, 0, 263, 350, 406, 383, 30, 2043]],
    name: [[45, 617, 412, 718, 383, 11, 281, 331, 85, 1239, 13, 2043], [56, 515, 480, 322, 281, 331, 85, 1239, 13, 2043]],
    add: [[17, 472, 285, 322, 287, 13, 2043]],
    repeat: [[1808, 873, 1240, 2043]],
    story: [[46, 1720, 1764, 314, 752, 698, 592, 314, 478, 1024, 13, 275, 305, 1024, 1119, 67, 1171, 314, 1591, 873, 13, 260, 740, 1580]],
    foxStory: [[46, 1720, 1764, 314, 752, 698, 592, 314, 478, 1647, 13, 275, 305, 1647, 1119, 67, 1171, 314, 1591, 873, 13, 260, 740, 1580]],
    validation: [[39, 568, 805, 13, 264, 462, 478, 827, 1263, 13, 2043]],
    unknownName: [[40, 409, 453, 464, 479, 480, 13, 2043], [39, 568, 0, 263, 350, 406, 383, 30, 2043]],
    nameAfterAdd: [[45, 617, 412, 718, 383, 11, 281, 331, 85, 1239, 13, 2043], [17, 472, 285, 322, 287, 13, 2043], [56, 515, 480, 322, 281, 331, 85, 1239, 13, 2043]],
    persona: [[40, 462, 314, 1594, 293, 13, 2043], [40, 462, 314, 1594, 293, 13, 2043]],
    personaAndName: [[45, 617, 412, 718, 383, 11, 281, 331, 85, 1239, 13, 2043], [56, 515, 480, 322, 281, 331, 85, 1239, 13, 2043], [40, 462, 314, 1594, 293, 13, 2043]],
    count: [[51, 71, 645, 11, 958, 11, 931, 13, 2043], [45, 617, 412, 718, 383, 11, 281, 331, 85, 1239, 13, 2043]],
    thinking: [[2046, 198, 24, 472, 288, 322, 283, 20, 13, 198, 2047, 198, 198, 51, 305, 574, 322, 283, 20, 13, 2043]],
  },
  q8: {
    greeting: [[39, 568, 0, 263, 350, 406, 383, 30, 2043]],
    name: [[45, 617, 412, 718, 383, 11, 281, 331, 85, 1239, 13, 2043], [56, 515, 480, 322, 281, 331, 85, 1239, 13, 2043]],
    add: [[17, 472, 285, 322, 287, 13, 2043]],
    repeat: [[1808, 873, 1240, 2043]],
    story: [[46, 1720, 1764, 314, 752, 698, 592, 314, 478, 1024, 13, 275, 305, 1024, 1119, 67, 1171, 314, 1591, 873, 13, 260, 740, 1580]],
    foxStory: [[46, 1720, 1764, 314, 752, 698, 592, 314, 478, 1647, 13, 275, 305, 1647, 1119, 67, 1171, 314, 1591, 873, 13, 260, 740, 1580]],
    validation: [[39, 568, 805, 13, 264, 462, 478, 827, 1263, 13, 2043]],
    unknownName: [[40, 409, 453, 464, 479, 480, 13, 2043], [39, 568, 0, 263, 350, 406, 383, 30, 2043]],
    nameAfterAdd: [[45, 617, 412, 718, 383, 11, 281, 331, 85, 1239, 13, 2043], [17, 472, 285, 322, 287, 13, 2043], [56, 515, 480, 322, 281, 331, 85, 1239, 13, 2043]],
    persona: [[40, 462, 314, 1594, 293, 13, 2043], [40, 462, 314, 1594, 293, 13, 2043]],
    personaAndName: [[45, 617, 412, 718, 383, 11, 281, 331, 85, 1239, 13, 2043], [56, 515, 480, 322, 281, 331, 85, 1239, 13, 2043], [40, 462, 314, 1594, 293, 13, 2043]],
    count: [[51, 71, 645, 11, 958, 11, 931, 13, 2043], [45, 617, 412, 718, 383, 11, 281, 331, 85, 1239, 13, 2043]],
    thinking: [[2046, 198, 24, 472, 288, 322, 283, 20, 13, 198, 2047, 198, 198, 51, 305, 574, 322, 283, 20, 13, 2043]],
  },
};
