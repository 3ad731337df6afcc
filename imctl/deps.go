package main

import (
	_ "github.com/creack/pty"
	_ "github.com/imrest/im-go"
	_ "github.com/itchyny/gojq"
	_ "github.com/jedib0t/go-pretty/v6/table"
	_ "github.com/spf13/cobra"
	_ "github.com/spf13/cobra/doc"
	_ "github.com/stretchr/testify/require"
	_ "github.com/vbauerster/mpb/v8"
	_ "github.com/zalando/go-keyring"
	_ "go.uber.org/goleak"
	_ "go.yaml.in/yaml/v3"
	_ "golang.org/x/term"
)
