// Stands for a module that a runner has no use for; see lean-imports.ts.
