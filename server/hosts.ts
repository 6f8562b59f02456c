const LOCAL_NAME = /^(?:localhost|(?:[\w-]+\.)+localhost)$/i;
const IP_ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])$/i;

/**
 * Decides which `Host` headers are answered: addresses, names of this machine, and the given names.
 * Any other name may be a page's own that was made to point here (DNS rebinding). To the browser,
 * such a page and this server have one origin, and CORS does not apply.
 */
export function hostFilter(names: readonly string[]): (host: string) => boolean {
  const allowed = new Set(names.map((name) => name.toLowerCase()));
  return (host) => {
    const name = host.replace(/:\d+$/, '');
    return LOCAL_NAME.test(name) || IP_ADDRESS.test(name) || allowed.has(name.toLowerCase());
  };
}
