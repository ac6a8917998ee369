// The kind of control plane that needs no process: the daemon plays its API server out of the ledger.
import type { ControlPlane } from '../clouds/control-plane.ts';
import type { ControlPlaneKind, KindParts } from './kind.ts';
import { closeApiServer, findApiServer, openApiServer, setVersion, type ApiServer } from './kubernetes/api-servers.ts';

/** Makes the kind. */
export function createLedgerKind({ ledger, clock, host }: KindParts): ControlPlaneKind {
  const locate = ({ id, certificateAuthority }: ApiServer): ControlPlane => ({
    id,
    authority: `${host()}/k8s/${id}`,
    certificateAuthority,
  });
  return {
    async open({ id, account, version }) {
      const open = () => openApiServer(ledger, { id, account, role: 'member', version }, clock.now());
      return locate(findApiServer(ledger, id) ?? ledger.transact(open));
    },
    async find(id) {
      const server = findApiServer(ledger, id);
      return server && locate(server);
    },
    async upgrade(id, version) {
      setVersion(ledger, id, version);
    },
    // What these API servers serve says nothing about nodes.
    async scale() {},
    async close(id) {
      ledger.transact(() => closeApiServer(ledger, id, clock.now()));
    },
  };
}
