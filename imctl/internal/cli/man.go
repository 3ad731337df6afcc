package cli

import (
	"time"

	"github.com/spf13/cobra/doc"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
)

// writeMan writes the man pages of the whole tree. Their date is that of the release, by
// being none: pages of one version are equal.
func writeMan(a *app.App, dir string) error {
	root := Root(a)
	root.DisableAutoGenTag = true
	date := time.Unix(0, 0).UTC()
	return doc.GenManTree(root, &doc.GenManHeader{Title: "IMCTL", Section: "1", Source: "imctl " + im.Version, Date: &date}, dir)
}
