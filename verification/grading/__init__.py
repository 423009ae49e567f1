"""Is this hand-in right, and how do we know? Judged by properties, never run in our own process.

Read in this order: `submission` (what is judged), `intake` (how it is recognized), `extraction` (how a
function is taken out of it), `sandbox` (how the function is called).
"""
