interface ScriptUrlPolicy {
  createScriptURL(url: string): unknown;
}
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptUrlPolicy;
}

let policy: ScriptUrlPolicy | undefined;

/**
 * Under Trusted Types, the address of a script has to come from a policy. Ours has the name
 * `unmocked`, and nobody else can use it.
 */
export function trustedScriptUrl(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  try {
    policy ??= trustedTypes?.createPolicy('unmocked', { createScriptURL: (text) => text });
  } catch {
    // The page names the policies that it allows, and not this one. Without the directive
    // `require-trusted-types-for`, a plain string will do.
  }
  return (policy?.createScriptURL(url) ?? url) as string;
}
