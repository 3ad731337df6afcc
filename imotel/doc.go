// Package imotel makes a client of im-go report traces and metrics through OpenTelemetry.
//
// To switch it on, make a [Telemetry] with [New], and the client with [Telemetry.NewClient]. For
// callbacks, pass the configuration through [Telemetry.Callbacks] and serve [Telemetry.Receive]. For a job
// of package batch, pass the job through [Job]. The guide docs/observability.md says what each number means, and
// what to do when it is bad.
//
// # Traces
//
// Each call is a span ("messages.send_users"), each of its attempts a child of it, by the
// conventions for HTTP ("POST /messages/users"). A wait for a quota and a fetch of a token are
// events. A callback that reports what has happened is a span of a consumer, and a decision
// about a message one of a server, with the verdict. No span, metric or event holds a URL, the id of a
// user, group or message, a text of the API or of users, or a secret. A call of im.Raw without an Endpoint
// is "raw", since its path may hold what its caller wrote there.
//
// # Metrics
//
// The names begin with im., except for http.client.request.duration, which is that of
// the conventions. What is counted by pool of quotas is read when a reader collects, for
// pools that were used.
//
// # Providers that fail or block
//
// Calls, callbacks and jobs never wait for OpenTelemetry: they leave notes, which are handed to the providers
// a moment later in a goroutine of its own. If that takes too long, notes are dropped and counted
// ([Telemetry.Dropped]). A span is made earlier only if somebody else asks for it within the call, such as
// a transport that traces. A panic of a provider is passed to the error handler of OpenTelemetry.
package imotel
