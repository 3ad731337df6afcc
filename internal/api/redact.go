package api

import (
	"fmt"
	"log/slog"
)

// Mask is what secrets look like where they are printed.
const Mask = "***"

// Masked hides a secret that is there, and shows that none is.
func Masked(secret string) string {
	if secret == "" {
		return ""
	}
	return Mask
}

// FormatMasked prints a value whose secrets have been masked; types with secrets
// call it from their Format method.
func FormatMasked(f fmt.State, verb rune, masked any) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), masked)
}

// LogMasked is FormatMasked for slog.
func LogMasked(masked any) slog.Value { return slog.StringValue(fmt.Sprintf("%+v", masked)) }
