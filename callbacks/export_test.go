package callbacks

// Verified says whether a body is signed with a secret.
func Verified(body []byte, secret string) bool {
	w, err := readWire(body)
	return err == nil && w.verified([]string{secret})
}
