import { conformance } from 'portal-conformance/vitest';
import { createPortal } from './portal.js';
import { credentials, sessions, tokens } from './tokens.js';

conformance(createPortal(tokens, sessions), { credentials });
