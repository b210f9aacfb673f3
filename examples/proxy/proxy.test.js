const { openSubject, referencePortal, suite } = require('portal-conformance');
const { createProxy } = require('./proxy.js');

const portal = referencePortal();
let behind;
const start = async () => {
  behind = await openSubject(portal);
  return createProxy(behind.url);
};
const conformance = suite({ start, stop: () => behind.close() }, { admin: portal.admin });

jest.setTimeout(60_000);
beforeAll(() => conformance.prepare());
for (const { id, name, skip } of conformance.requirements)
  (skip ? test.skip : test)(name, async () => {
    const { failure } = await conformance.judge(id);
    if (failure) throw failure;
  });
afterAll(() => conformance.close());
