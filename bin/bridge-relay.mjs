#!/usr/bin/env node
// `bridge-relay` of a checkout: bridge.mjs looks at the name by which it was started.
import './bridge.mjs'
