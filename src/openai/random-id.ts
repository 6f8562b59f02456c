/** A random id with a prefix, such as `chatcmpl-` and 24 hexadecimal digits. */
export function randomId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return prefix + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A random whole number of 32 bits. */
export const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;
