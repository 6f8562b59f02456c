const HEX = '[0-9a-f]';
const DATE = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])';
const TIME =
  '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])';
const BYTE = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const LABEL = '[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?';
const HOST = `${LABEL}(\\.${LABEL}){1,3}`;

/**
 * Patterns for the values of `format`. Each generates the plainest part of what the format allows:
 * dates end at the 28th, so every date exists; host names have two to four labels.
 */
export const STRING_FORMATS: Readonly<Record<string, string>> = {
  date: `^${DATE}$`,
  time: `^${TIME}$`,
  'date-time': `^${DATE}T${TIME}$`,
  duration: '^P([1-9][0-9]{0,2}D(T[1-9][0-9]?H)?|T[1-9][0-9]?[HMS]|[1-9][0-9]?[YMW])$',
  email: `^[a-z0-9]+([._+-][a-z0-9]+){0,3}@${HOST}$`,
  hostname: `^${HOST}$`,
  ipv4: `^${BYTE}(\\.${BYTE}){3}$`,
  ipv6: `^(${HEX}{1,4}:){7}${HEX}{1,4}$`,
  uri: `^https?://${HOST}(/[A-Za-z0-9._~-]+){0,8}/?$`,
  uuid: `^${HEX}{8}-${HEX}{4}-[1-5]${HEX}{3}-[89ab]${HEX}{3}-${HEX}{12}$`,
};
