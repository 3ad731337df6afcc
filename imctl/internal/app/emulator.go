package app

import (
	"context"
	"errors"
	"net/http"
)

// AskEmulator gets a path below /_im/ of an emulator: it needs no token, and is not a call of the API. The
// caller closes the body.
func (a *App) AskEmulator(ctx context.Context, path string) (*http.Response, error) {
	config, err := a.Config()
	if err != nil {
		return nil, err
	}
	host := HostURL(config)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, host+"/_im/"+path, nil)
	if err != nil {
		return nil, Usage("%w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, WithHint(err, a.T("imctl serve starts an emulator; --profile local points to it."))
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, WithHint(errors.New(a.T("%s is not an emulator: status %d", host, response.StatusCode)), a.T("imctl serve starts an emulator; --profile local points to it."))
	}
	return response, nil
}
