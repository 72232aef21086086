-- Batches of data sets are found among millions of other entries without looking at those.
create index journal_batches on journal (position) where stream like 'dataset:%';
