-- Several kinds of topics over one source: a bulk statement says of each of them by itself which are to be read again.
alter table deltad.reset
  -- By what the source's rows name `owner`: a column; empty where they are all one topic's. Null with a null owner: by whatever they do.
  add column link text;
