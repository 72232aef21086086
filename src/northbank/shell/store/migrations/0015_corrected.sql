-- Corrections of type and of attributes are looked for across all cases (core/traces.py); they are few, and so is the index.
create index journal_corrected on journal (at) where type in ('case.retyped', 'case.described');
drop index journal_retyped;
