package api

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBareUser(t *testing.T) {
	const uri = "https://a1.example.com/ac_me/de_mo/chatgroups"
	for _, row := range []struct{ name, uri, want string }{
		{"alice", uri, "alice"},
		{"al_ice", uri, "al_ice"},
		{"ac_me#de_mo_al_ice", uri, "al_ice"},
		{"ac_me#de_mo_al_ice", "", "mo_al_ice"}, // the best that can be done
		{"acme#demo_al_ice", "https://a1.example.com/app-id/5c0e/chatgroups", "al_ice"},
		{"acme#demo", "", "acme#demo"},
		{"", uri, ""},
	} {
		assert.Equal(t, row.want, BareUser(row.name, row.uri), row)
	}
}
