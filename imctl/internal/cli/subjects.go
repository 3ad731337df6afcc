package cli

import (
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/endpoint"
	"github.com/imrest/im-go/imctl/internal/setup"
)

// subjects add their commands, in this order: of two commands with the same name the
// latter stays.
func subjects() []func(*app.Tree) {
	return []func(*app.Tree){
		setup.Add,
		endpoint.Add,
		endpoint.AddOwn,
		basics,
	}
}
