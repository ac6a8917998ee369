// A plain script of the Automation API: one create-or-select and one `up`, as whoever uses Pulumi without Fleetyard would run it.

import { runPlain, type PlainPlace } from './plain.ts';

await runPlain(JSON.parse(process.argv[2] ?? '') as PlainPlace);
process.exit(0);
