-- Short links of campaigns: made where a workspace switched them on, one for each address in what one person gets.

create table links (
  workspace_id uuid not null,
  campaign_id uuid not null,
  -- the recipient's line; below 0: a test message, each its own, which no report counts
  n integer not null,
  -- of a test message: the line it was filled as, so that it goes with that person
  filled_as integer,
  -- which address of the message: body:1#0, button:0:url
  place text not null,
  -- what the address ends in: 96 random bits, so that nobody comes to one by guessing
  token text not null,
  target text not null,
  -- taps on this link, by whatever opened it; who tapped first and when stands in the recipient's line
  clicks integer not null default 0,
  created_at timestamptz not null,
  primary key (workspace_id, campaign_id, n, place)
);
create unique index links_token on links (token);
call chaski_private.protect_tenant('links');
