package imotel

// For tests: what NewClient gives a client.
var (
	Hook      = (*Telemetry).hook
	Attempted = (*Telemetry).attempted
)

// MaxNotes is how many notes wait at a time.
const MaxNotes = maxNotes
