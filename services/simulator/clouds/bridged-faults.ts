// What the plugins that are bridged from another engine say about a fault in the inputs.
import type { ShapeFault } from './schemas/schema.ts';

/** Says a fault in the words of a bridged plugin. */
export function describeBridgedFault(fault: ShapeFault): { property: string; reason: string } {
  const property = fault.path;
  const argument = snakeCase(fault.property.split('.').at(-1) ?? fault.property);
  if (fault.kind === 'missing') {
    const reason = `Missing required argument: The argument "${argument}" is required, but no definition was found.. Examine values at '${property}'.`;
    return { property, reason };
  }
  if (fault.kind === 'unknown') return { property, reason: `Invalid or unknown key. Examine values at '${property}'.` };
  return { property, reason: `expected type "${fault.expected}". Examine values at '${property}'.` };
}

/** How the bridge names the plugin's own arguments. */
function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
