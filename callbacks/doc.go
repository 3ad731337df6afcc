// Package callbacks receives what the IM server sends: it asks whether a message may be
// delivered, and reports what has happened. It verifies the signature, decodes all documented
// events in both of their formats, and hands them to functions by type.
package callbacks
