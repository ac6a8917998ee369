// Turns a diff into the engine's answer: what changes, what replaces, and each property in detail.
import type * as pb from '@pulumi/pulumi/proto/provider_pb.js';
import provider from '@pulumi/pulumi/proto/provider_pb.js';
import type { Diff, PropertyChange } from './diff.ts';
import { keepEveryKey } from './struct.ts';

/** Encodes a diff with its detailed form. */
export function encodeDiff(diff: Diff): pb.DiffResponse {
  const { DiffResponse } = provider;
  const response = new DiffResponse();
  const replaces = new Set(diff.changes.filter((change) => change.replace).map((change) => change.property));
  response.setChanges(
    diff.changes.length > 0 ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE,
  );
  response.setDiffsList([...new Set(diff.changes.map((change) => change.property))]);
  response.setReplacesList([...replaces]);
  response.setDeletebeforereplace(diff.deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  const details = keepEveryKey(response.getDetaileddiffMap());
  for (const change of diff.changes) {
    const detail = new provider.PropertyDiff();
    detail.setKind(encodeKind(change));
    detail.setInputdiff(true);
    details.set(change.path, detail);
  }
  return response;
}

function encodeKind(change: PropertyChange): pb.PropertyDiff.Kind {
  const { Kind } = provider.PropertyDiff;
  switch (change.kind) {
    case 'add':
      return change.replace ? Kind.ADD_REPLACE : Kind.ADD;
    case 'delete':
      return change.replace ? Kind.DELETE_REPLACE : Kind.DELETE;
    case 'update':
      return change.replace ? Kind.UPDATE_REPLACE : Kind.UPDATE;
  }
}
