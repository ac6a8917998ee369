// Writes migrations/schema.txt anew: node test/store/write-schema.ts <url of an empty database>
import { writeFile } from 'node:fs/promises';
import { migrate } from '../../services/store/migrate.ts';
import { describeSchema } from './describe-schema.ts';
import { createTestVault } from './fixtures.ts';

const [url] = process.argv.slice(2);
if (url === undefined) throw new Error('name the URL of an empty database');
await migrate({ url, vault: createTestVault(), stateDatabase: null });
await writeFile(new URL('../../migrations/schema.txt', import.meta.url), await describeSchema(url));
