package faults

import (
	"testing"

	"github.com/imrest/im-go/imtest"
)

// road is a way from client to server. What is promised holds on each.
type road struct {
	name    string
	options []imtest.Option
}

var roads = []road{
	{"HTTP/1.1", nil},
	{"TLS", []imtest.Option{imtest.WithTLS()}},
	{"HTTP/2", []imtest.Option{imtest.WithHTTP2()}},
}

// onEachRoad runs a test once per road.
func onEachRoad(t *testing.T, f func(t *testing.T, r road)) {
	for _, r := range roads {
		t.Run(r.name, func(t *testing.T) { f(t, r) })
	}
}
