import { after, before, test } from 'node:test';
import { suite } from 'portal-conformance';
import { createPortal } from './portal.js';

const { app, credentials } = createPortal();
const conformance = suite(app, { credentials });

before(() => conformance.prepare());

for (const { id, name, skip } of conformance.requirements)
  test(name, { skip }, async (t) => {
    const verdict = await conformance.judge(id);
    if (verdict.skip) t.skip(verdict.skip);
    if (verdict.failure) throw verdict.failure;
  });

after(() => conformance.close());
