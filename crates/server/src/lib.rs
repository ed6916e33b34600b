//! Listeners, the request pipeline, authentication, authorization, background jobs.
