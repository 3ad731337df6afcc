package imotel

// For tests: what NewClient hands to a client.
var (
	Hook      = (*Telemetry).hook
	Attempted = (*Telemetry).attempted
)

// MaxNotes is how many notes wait at a time.
const MaxNotes = maxNotes
