// Package callbacks receives what the IM server sends: it asks whether a message may be
// delivered, and reports what has happened. It needs no client and no token.
//
// To receive, make a [Handler] with [New] and serve it at the URL of the callback rules. To act
// on events, register functions by type with [On], and [Handler.Otherwise] for the rest. To
// decide about messages before they are delivered, use [Handler.Decide]. To handle bodies that
// came by another way, such as a queue, use [Parse]. To make up for callbacks that did not arrive, call
// [Recover]. To count and to trace, see [Config].Observe, [Handler.Stats], [Handler.Use] and
// [Handler.UseDecision]. Package callbackstest makes signed callbacks for tests.
//
// # What the signature protects
//
// It is MD5 over call id, secret and timestamp: the payload, the sender and the receiver are not
// covered. Use https and a URL that nobody can guess ([Config] has Tokens for it). An event whose
// key was seen with another body is marked as Suspicious and handled all the same. Whether
// retries and resent callbacks keep call id, timestamp and signature is not documented.
//
// # Failures and the ban
//
// A callback after the event that is not accepted, or not in time, is retried once, at once, and
// then dropped, unless storage was bought. 90 failures within 30 seconds stop all callbacks after
// events of the app for 5 to 25 minutes. The handler counts the failures that it responds with,
// those of invalid requests included, and stops at half of that: from then on it responds 200, keeps events
// whose functions fail for another attempt by [Handler.Run], and puts what it could not verify
// into quarantine, except for what has neither a token, where there are Tokens, nor a signature. It cannot see timeouts and refused connections: functions that take
// long belong behind a [Store].
//
// Without a Store, an event is handled while the IM server waits, and duplicates are recognized
// within the process. With one, an event is kept, the response sent, and Run handles it.
// [Memory] is a store that forgets when the process ends.
package callbacks
