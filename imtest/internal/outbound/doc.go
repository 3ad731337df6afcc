// Package outbound is what the IM server sends to the business server of an app: it makes callbacks
// of events, in the documented formats, signs them, and delivers them to the rules, with the
// retry, the ban and the storage that are documented. Before a message of a client is delivered,
// it asks for a decision.
//
// A [Sender] takes events and waits for nobody: goroutines carry on while there is something to
// do, and end then. Times are those of the server's clock; only the wait for a response is
// measured by the machine's.
//
// The formats are written from the documents, not from package callbacks, so that a wrong field
// name cannot cancel out between both.
package outbound
