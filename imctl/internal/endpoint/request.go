package endpoint

import (
	"maps"
	"net/http"
	"net/url"
	"strings"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/spec"
)

// build makes the request from arguments and flags.
func (v *values) build(a *app.App, args []string) (*im.RawCall, error) {
	r := &im.RawCall{Endpoint: v.spec.ID, Query: url.Values{}, Header: http.Header{}}
	for i, p := range v.spec.Params {
		if p.Type == "list" {
			r.List = args[i:]
			r.Items = len(r.List)
			break
		}
		if err := check(a, p, args[i]); err != nil {
			return nil, err
		}
		r.Params = append(r.Params, args[i])
	}
	for _, f := range v.spec.Query {
		if err := v.use(a, f, r, func(value any) { r.Query.Set(f.Name, joined(value)) }); err != nil {
			return nil, err
		}
	}
	for _, f := range v.spec.Headers {
		if err := v.use(a, f, r, func(value any) {
			if f.Name == spec.Bearer {
				r.Token = joined(value)
				return
			}
			r.Header.Set(f.Name, joined(value))
		}); err != nil {
			return nil, err
		}
	}
	if err := v.body(a, r); err != nil {
		return nil, err
	}
	if v.spec.Body == "form" {
		r.Form, r.Body = form(r.Body), nil
		if len(r.Form) == 0 {
			return nil, app.Usage("%s", a.T("--%s is missing", "set"))
		}
	}
	return r, nil
}

// use hands the value of a field over, if its flag is set, and counts it.
func (v *values) use(a *app.App, f spec.Field, r *im.RawCall, take func(any)) error {
	value, ok, err := v.get(a, f)
	if err != nil || !ok {
		return err
	}
	if f.Name == v.spec.Items {
		if r.Items = length(value); r.Items < 0 {
			n, _ := value.(int64)
			r.Items = int(n)
		}
	}
	if secret, isSecret := value.(string); isSecret && f.Type == "secret" {
		r.Secrets = append(r.Secrets, secret)
	}
	take(value)
	return nil
}

// body puts the fields of the body together. The parts of an object go into it.
func (v *values) body(a *app.App, r *im.RawCall) error {
	object := map[string]any{}
	for _, f := range v.spec.Fields {
		if f.Type == "file" {
			continue
		}
		if err := v.use(a, f, r, func(value any) {
			switch {
			case v.spec.Body == "json-array":
				r.Body = value
			case strings.HasPrefix(f.Name, "("), strings.HasPrefix(f.Name, "<"):
				maps.Copy(object, value.(map[string]any))
			default:
				put(object, f.Name, value)
			}
		}); err != nil {
			return err
		}
	}
	if r.Body == nil && v.spec.Body != "" {
		r.Body = object
	}
	return nil
}

// put sets a value at a path: "ext.em_push_ext".
func put(object map[string]any, path string, value any) {
	first, rest, nested := strings.Cut(path, ".")
	if !nested {
		object[first] = value
		return
	}
	below, ok := object[first].(map[string]any)
	if !ok {
		below = map[string]any{}
		object[first] = below
	}
	put(below, rest, value)
}

func form(body any) url.Values {
	values := url.Values{}
	for key, value := range body.(map[string]any) {
		values.Set(key, joined(value))
	}
	return values
}

func joined(value any) string {
	if list, ok := value.([]string); ok {
		return strings.Join(list, ",")
	}
	return text(value)
}
