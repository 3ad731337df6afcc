package imtest

import "github.com/imrest/im-go/imtest/internal/rest"

// RouteInfo is one row of the routing table.
type RouteInfo struct {
	ID     string // endpoint id in the catalogue
	Method string // of HTTP
	Path   string // below the prefix, with {names}; or a URL, of which the path counts
}

// Routes lists the endpoints that the server has, by their ids in the catalogue.
func Routes() []RouteInfo {
	var list []RouteInfo
	for _, r := range rest.Routes() {
		if r.ID != "" {
			list = append(list, RouteInfo{r.ID, r.Method, r.Path})
		}
	}
	return list
}
