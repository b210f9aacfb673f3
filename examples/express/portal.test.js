import { conformance } from 'portal-conformance/vitest';
import { createPortal } from './portal.js';
import { sandboxOf } from './sandbox.js';

const portal = createPortal();

conformance(portal.app, { sandbox: sandboxOf(portal) });
