package app

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// secretKeys are the keys whose values are secrets, in requests and in flags.
var secretKeys = []string{"password", "newpassword", "client_secret", "secret", "share-secret", "token", "access_token", "device_token", "authorization"}

func isSecret(key string) bool { return slices.Contains(secretKeys, strings.ToLower(key)) }

// hideSecrets masks secrets, at any depth.
func hideSecrets(v any) {
	eachSecret(v, func(object map[string]any, key string) { object[key] = "***" })
}

// hideIn masks secrets in a query or a form.
func hideIn(values url.Values) {
	for key := range values {
		if isSecret(key) {
			values[key] = []string{"***"}
		}
	}
}

// eachSecret goes over the texts that are secrets.
func eachSecret(v any, do func(object map[string]any, key string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if secret, isText := v[key].(string); isText && secret != "" && isSecret(key) {
				do(v, key)
			} else {
				eachSecret(v[key], do)
			}
		}
	case []any:
		for _, item := range v {
			eachSecret(item, do)
		}
	}
}

// WarnOfSecret says that a value in the command line is a secret, which others can read in the list of processes.
func (a *App) WarnOfSecret(flag, key, value string) {
	if isSecret(key) && value != "" {
		a.Say("%q of --%s stands in the list of processes: read --%s from @FILE or - (stdin).", key, flag, flag)
	}
}

// warnOfSecrets does so for the JSON of a flag, once for each key.
func (a *App) warnOfSecrets(flag string, value any) {
	warned := map[string]bool{}
	eachSecret(value, func(object map[string]any, key string) {
		if !warned[key] {
			warned[key] = true
			a.WarnOfSecret(flag, key, object[key].(string))
		}
	})
}
