// Resolves a fleet's document as a change does, without letting others in between.
import { type FleetResolution, resolveFleetInSteps } from '../../services/domain/resolve-fleet.ts';

/** Resolves a document at once. */
export function resolveFleet(...parts: Parameters<typeof resolveFleetInSteps>): FleetResolution {
  const steps = resolveFleetInSteps(...parts);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
