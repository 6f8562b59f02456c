import { Host, type HostOptions, setHost } from './host.js';
import { LanguageModel } from './language-model.js';

/**
 * Puts `LanguageModel` on `globalThis`, in place of the browser's own where it has one.
 *
 * @returns a function that puts everything back; sessions stay until they are destroyed.
 * @throws UnmockedError `unknown-model` or `invalid-argument`.
 * @example
 * const uninstall = install({ model: 'unmocked-tiny', device: 'wasm' });
 */
export function install(options: HostOptions = {}): () => void {
  const before = setHost(new Host(options));
  const property = Object.getOwnPropertyDescriptor(globalThis, 'LanguageModel');
  Object.defineProperty(globalThis, 'LanguageModel', {
    value: LanguageModel,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  return () => {
    setHost(before);
    if (property) Object.defineProperty(globalThis, 'LanguageModel', property);
    else Reflect.deleteProperty(globalThis, 'LanguageModel');
  };
}
