package faults

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var cursor = regexp.MustCompile(`"cursor": *"[^"]+"`)

// Every method takes a cursor as a number where it takes one as a text, and null.
func TestCursorsMayBeNumbers(t *testing.T) {
	oneAtATime(t)
	r := new(reply)
	tried := make(map[string]bool)
	for _, domain := range domainNames() {
		for _, p := range replied(t, r, domain) {
			for _, response := range documentedResponses(t, domain) {
				if !cursor.MatchString(response) {
					continue
				}
				call := func(body string) string {
					*r = reply{status: http.StatusOK, body: []byte(body), left: 1}
					if err := p.call(p.arguments(t.Context(), -1, "")); err != nil {
						return err.Error()
					}
					return ""
				}
				if strings.Contains(call(response), "bad response") {
					continue // the response of another method
				}
				tried[p.name] = true
				for _, other := range []string{`"cursor":1312740985563217921`, `"cursor":7`, `"cursor":null`, `"cursor":""`} {
					assert.NotContains(t, call(cursor.ReplaceAllString(response, other)), "bad response", "%s with %s", p.name, other)
				}
			}
		}
	}
	assert.Greater(t, len(tried), 20)
}
