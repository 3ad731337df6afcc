package long

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/imrest/im-go/imctl/internal/app"
)

// Stopped is the error of a command that was stopped in the middle. It says how to go on.
func Stopped(a *app.App, done int) error {
	return &app.Failure{Exit: app.ExitStopped, Err: errors.New(a.T("stopped with %s done. Continue with: %s", Number(done), goOn(a)))}
}

// Broken is an error that ended a command in the middle, with how to go on.
func Broken(a *app.App, err error, done int) error {
	return app.WithHint(err, a.T("%s done. Continue with: %s", Number(done), goOn(a)))
}

// CheckResume rejects a run that would begin anew over what another has left at path, and a resume of nothing
// is a beginning.
func CheckResume(a *app.App, path string, resume bool) error {
	_, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist) && resume:
		a.Say("There is no %s; starting from the beginning.", path)
		return nil
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return &app.Failure{Exit: app.ExitUsage, Err: err}
	case !resume:
		return app.WithHint(app.Usage("%s", a.T("%s exists: an earlier run left it", path)),
			a.T("--resume continues that run. To start over, remove the file."))
	}
	return nil
}

// goOn is the command line that goes on.
func goOn(a *app.App) string {
	args := slices.Clone(a.Args)
	if !slices.Contains(args, "--resume") {
		args = append(args, "--resume")
	}
	for i, arg := range args {
		args[i] = quoted(arg)
	}
	return "imctl " + strings.Join(args, " ")
}

// quoted is an argument as a shell needs it.
func quoted(arg string) string {
	if arg != "" && strings.Trim(arg, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=+,@%#") == "" && arg[0] != '#' {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
