-- Changes of type are looked for across all cases (core/traces.py); they are few, and so is the index.
create index journal_retyped on journal (at) where type = 'case.retyped';
