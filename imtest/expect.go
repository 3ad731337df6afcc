package imtest

// Expectations are what is expected.
type Expectations struct{}
