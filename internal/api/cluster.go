package api

import "context"

// InChina reports whether the cluster of the app stands in mainland China. known is
// false where neither the host nor the platform says so. The host may have to be
// looked up for the call of e, which err is about.
func InChina(ctx context.Context, c Caller, e *Endpoint) (china, known bool, err error) {
	if l, ok := c.(interface {
		InChina(ctx context.Context, e *Endpoint) (china, known bool, err error)
	}); ok {
		return l.InChina(ctx, e)
	}
	return false, false, nil
}

// AppPath is what the paths of the app begin with, escaped: "/org/app" or "/app-id/id". It
// is empty for a caller that has no app.
func AppPath(c Caller) string {
	if a, ok := c.(interface{ AppPath() string }); ok {
		return a.AppPath()
	}
	return ""
}
