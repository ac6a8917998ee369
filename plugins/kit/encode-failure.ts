// Turns what a provider throws into the status that the engine understands; a partial creation keeps its resource.
import grpc from '@grpc/grpc-js';
import provider from '@pulumi/pulumi/proto/provider_pb.js';
import statusProto from '@pulumi/pulumi/proto/status_pb.js';
import anyProto from 'google-protobuf/google/protobuf/any_pb.js';
import { listSecrets, PartialCreationError } from './provider.ts';
import { encodeProperties } from './values.ts';

/** Encodes a failure of a call. */
export function encodeFailure(error: unknown): grpc.StatusObject {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof PartialCreationError) metadata.add('grpc-status-details-bin', encodeDetails(error));
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}

function encodeDetails(error: PartialCreationError): Buffer {
  const inherited = error.inheritedSecrets;
  const detail = new provider.ErrorResourceInitFailed();
  detail.setId(error.state.id);
  detail.setProperties(encodeProperties(error.state.outputs, [...inherited, ...listSecrets(error.state)]));
  const { inputs, inputSecrets = [] } = error.state;
  if (inputs) detail.setInputs(encodeProperties(inputs, [...inherited, ...inputSecrets]));
  detail.setReasonsList(error.reasons);
  const packed = new anyProto.Any();
  packed.pack(detail.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed');
  const status = new statusProto.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(error.message);
  status.addDetails(packed);
  return Buffer.from(status.serializeBinary());
}
