// The form of the hash chain: whatever changes it makes every chain that stands look broken.
import { test } from 'tap';
import { auditFields, type AuditEvent } from '../../services/domain/audit.ts';
import {
  emptyHead,
  findLinkFault,
  formatHead,
  linkEvent,
  parseHead,
  serialise,
} from '../../services/domain/audit-chain.ts';

const event: AuditEvent = {
  id: 'ae_01k2m3n4p5q6r7s8t9v0w1x2y3',
  projectId: 'pr_01k2m3n4p5q6r7s8t9v0w1x2y3',
  at: new Date('2026-05-04T10:15:30.123Z'),
  kind: 'change',
  tokenId: 'tk_01k2m3n4p5q6r7s8t9v0w1x2y3',
  tokenName: 'portal',
  tokenRole: 'operator',
  tokenProjectId: 'pr_01k2m3n4p5q6r7s8t9v0w1x2y3',
  endpoint: 'createCluster',
  method: 'POST',
  resourceKind: 'cluster',
  resourceId: null,
  resourceName: 'web',
  address: '127.0.0.1',
  userAgent: 'a "quoted" \u00fc agent',
  status: 409,
  problem: 'urn:fleetyard:problem:name-taken',
  requestId: 'urn:uuid:0c8a3f5e-0000-4000-8000-000000000000',
  operationId: null,
  replayed: false,
  count: 1,
};

test('a link is the SHA-256 of the one before and of one text for the event', (t) => {
  t.equal(
    serialise(1, event),
    '[1,"pr_01k2m3n4p5q6r7s8t9v0w1x2y3",1,"ae_01k2m3n4p5q6r7s8t9v0w1x2y3","pr_01k2m3n4p5q6r7s8t9v0w1x2y3",' +
      '"2026-05-04T10:15:30.123Z","change","tk_01k2m3n4p5q6r7s8t9v0w1x2y3","portal","operator",' +
      '"pr_01k2m3n4p5q6r7s8t9v0w1x2y3","createCluster","POST","cluster",null,"web","127.0.0.1",' +
      '"a \\"quoted\\" \u00fc agent",409,"urn:fleetyard:problem:name-taken",' +
      '"urn:uuid:0c8a3f5e-0000-4000-8000-000000000000",null,false,1]',
  );
  t.equal(
    linkEvent(emptyHead, event).hash.toString('hex'),
    '13eb7559c43c0a1eea672a3bf3baa44f224d4510ff11182527395c404d0728ad',
  );
  t.end();
});

test('every field of an event is in its link', (t) => {
  const { hash } = linkEvent(emptyHead, event);
  const others: Partial<AuditEvent> = { at: new Date(0), status: 410, replayed: true, count: 2 };
  for (const field of auditFields) {
    const altered = { ...event, [field]: others[field] ?? `${event[field]}x` } as AuditEvent;
    const fault = findLinkFault(emptyHead, { position: 1, hash, eventId: event.id, event: altered });
    t.equal(fault?.fault, 'altered', field);
  }
  t.same([...auditFields].sort(), Object.keys(event).sort(), 'and none is left out');
  t.end();
});

test('a head is written and read', (t) => {
  const head = linkEvent(emptyHead, event);
  t.same(parseHead(formatHead('platform', head)), { chain: 'platform', head });
  for (const text of ['', 'platform', 'platform:1:ab', `platform:x:${'0'.repeat(64)}`])
    t.equal(parseHead(text), undefined);
  t.end();
});
