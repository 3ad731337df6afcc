package page

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/imrest/im-go/imtest/internal/world"
)

type requestRow struct {
	Number             int64
	Href, Method, Path string
	Endpoint           string // "": the path leads to none
	Time               stamp
	Status             int
	Class              string // of the status
}

// numberedRequest is a request with its number, which stays.
type numberedRequest struct {
	Request
	number int64
}

// numberedRequests are the requests that the server remembers, oldest first.
func (p *Page) numberedRequests() (list []numberedRequest, first int64) {
	all, first := p.server.Requests()
	for i, r := range all {
		list = append(list, numberedRequest{r, first + int64(i)})
	}
	return list, first
}

func (p *Page) requestRow(r numberedRequest) requestRow {
	return requestRow{
		r.number, address("request", "id", strconv.FormatInt(r.number, 10)), r.Method, cut(p.shortPath(r.Request)), r.Endpoint,
		shownTime(r.Time, p.world.Now()), r.Status, statusClass(r.Status),
	}
}

// shortPath is the path below the prefix of the app, with its query.
func (p *Page) shortPath(r Request) string {
	path := strings.TrimPrefix(r.Path, "/"+p.server.Org()+"/"+p.server.App())
	if r.Query != "" {
		path += "?" + maskQuery(r.Query)
	}
	return path
}

// statusClass is the colour of a status.
func statusClass(status int) string {
	switch {
	case status >= 500:
		return "bad"
	case status >= 400:
		return "poor"
	}
	return "good"
}

// requests lists the newest calls of clients.
func (p *Page) requests(r *http.Request) (*view, error) {
	s := newSearch(r)
	status, endpoint := s.filter("status", "Status", "any", "2xx", "3xx", "4xx", "5xx"), s.filter("endpoint", "Endpoint")
	list, first := p.numberedRequests()
	read := func(cursor string, limit int) ([]numberedRequest, string, error) {
		return backwards(list, first, cursor, limit)
	}
	var keep func(numberedRequest) bool
	if s.query != "" || endpoint.Value != "" || chosen(status) {
		keep = func(r numberedRequest) bool {
			return s.finds(r.Method+" "+p.shortPath(r.Request), strconv.Itoa(r.Status), shownBody(r.Body)) &&
				strings.HasPrefix(r.Endpoint, endpoint.Value) &&
				(!chosen(status) || strconv.Itoa(r.Status/100)+"xx" == status.Value)
		}
	}
	found, next, looked, err := collect(read, s.after, keep)
	if err != nil {
		return nil, err
	}
	l := s.page("requests", len(list), next, looked, status, endpoint)
	l.Requests = world.Convert(found, p.requestRow)
	return &view{Title: "Requests", List: l}, nil
}

// request shows all of a call, secrets masked.
func (p *Page) request(r *http.Request) (*view, error) {
	id := r.URL.Query().Get("id")
	list, _ := p.numberedRequests()
	i := slices.IndexFunc(list, func(r numberedRequest) bool { return strconv.FormatInt(r.number, 10) == id })
	if i < 0 {
		return nil, missing{"request, or none any more", id}
	}
	req := list[i]
	d := &detail{Kind: "request"}
	d.chip(true, strconv.Itoa(req.Status), statusClass(req.Status))
	d.add("Endpoint", cmp.Or(req.Endpoint, "none"))
	d.add("Method", req.Method)
	d.add("Path", req.Path)
	d.add("Query", maskQuery(req.Query))
	d.add("Status", strconv.Itoa(req.Status))
	d.add("Time", wholeTime(req.Time, p.world.Now()))
	for _, v := range pairs(req.Params) {
		d.link("{"+v.key+"}", v.value, paramHref(v))
	}
	d.block("Headers", shownHeader(req.Header))
	d.block("Body", shownBody(req.Body))
	return &view{Title: req.Method + " " + cut(p.shortPath(req.Request)), Detail: d}, nil
}

// paramHref is the address of what a value of a path names.
func paramHref(v pair) string {
	switch v.key {
	case "username", "owner_username", "friend_username", "blocked_username", "member_id", "oldadmin":
		return address("user", "id", v.value)
	case "group_id":
		return address("group", "id", v.value)
	case "chatroom_id":
		return address("room", "id", v.value)
	case "thread_id":
		return address("thread", "id", v.value)
	case "msg_id":
		return address("message", "id", v.value)
	}
	return ""
}

func shownHeader(header http.Header) string {
	var lines []string
	for name, values := range header {
		for _, value := range values {
			lines = append(lines, name+": "+maskHeader(name, value))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
