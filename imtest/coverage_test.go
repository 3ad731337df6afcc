package imtest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/catalogue"
)

// The emulator's routes are those of the catalogue, in both directions.
func TestRoutesAgreeWithTheCatalogue(t *testing.T) {
	routes := make(map[string]imtest.RouteInfo)
	for _, r := range imtest.Routes() {
		assert.NotContains(t, routes, r.ID, "routed twice")
		routes[r.ID] = r
	}
	have := 0
	for _, e := range catalogue.All() {
		r, ok := routes[e.ID]
		if !assert.True(t, ok, "no route for %s", e.ID) {
			continue
		}
		have++
		delete(routes, e.ID)
		assert.Equal(t, e.Method, r.Method, "method of %s", e.ID)
		if e.ID != "auth.dns_config" { // a full URL, on a host of its own
			assert.Equal(t, e.Path, r.Path, "path of %s", e.ID)
		}
	}
	assert.Empty(t, routes, "routes of no endpoint")
	t.Logf("%d of %d endpoints have a route", have, len(catalogue.All()))
}
