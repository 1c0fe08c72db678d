"""Coming in without a password: a code by SMS, then a token for an hour and a longer one to renew it."""
