/**
 * Pseudo-random numbers from a seed, evenly from 0 up to 1 (Mulberry32).
 *
 * @param {number} seed
 */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Fills an array with normally distributed numbers of mean 0 (Box-Muller). An `Int8Array` rounds
 * them, so `deviation` must keep them small.
 *
 * @template {Float32Array | Int8Array} T
 * @param {T} array
 * @param {number} deviation
 * @param {() => number} random
 */
export function fillNormal(array, deviation, random) {
  const limit = array instanceof Int8Array ? 127 : Infinity;
  const fit = (/** @type {number} */ value) => {
    const limited = Math.min(limit, Math.max(-limit, value));
    return limit === 127 ? Math.round(limited) : limited;
  };
  for (let index = 0; index < array.length; index += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    array[index] = fit(radius * Math.cos(angle));
    array[index + 1] = fit(radius * Math.sin(angle));
  }
  return array;
}
