// Package page is the page of the emulator for a browser. It shows what the server holds and
// what happens, a list with search and paging and a view of everything for each kind of thing.
//
// It reads through two narrow interfaces, [World] and [Server], and changes nothing by itself. A view
// collects values first, without a lock of its own, and is rendered afterwards. No view looks at
// more than maxVisited things, however many there are.
//
// Passwords, tokens and secrets are masked here, in mask.go, and nowhere else. Ids and names are the
// app's, and may hold anything: they are parameters of addresses, never parts of a path.
package page

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Prefix begins the paths of all views, except for the overview at /.
const Prefix = "/_im/page/"

// maxForm is the largest form that the page sends.
const maxForm = 64 << 10

//go:embed *.html
var files embed.FS

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(files, "*.html"))
})

// Page serves the page of one server.
type Page struct {
	world  World
	server Server
	views  map[string]func(*http.Request) (*view, error) // by path
}

// New returns the page of a server and its world.
func New(w World, s Server) *Page {
	p := &Page{world: w, server: s}
	p.views = map[string]func(*http.Request) (*view, error){
		"/":                  p.overview,
		Prefix + "users":     p.users,
		Prefix + "user":      p.user,
		Prefix + "groups":    p.circles(world.GroupKind),
		Prefix + "group":     p.circle(world.GroupKind),
		Prefix + "rooms":     p.circles(world.RoomKind),
		Prefix + "room":      p.circle(world.RoomKind),
		Prefix + "threads":   p.circles(world.ThreadKind),
		Prefix + "thread":    p.circle(world.ThreadKind),
		Prefix + "messages":  p.messages,
		Prefix + "message":   p.message,
		Prefix + "files":     p.files,
		Prefix + "requests":  p.requests,
		Prefix + "request":   p.request,
		Prefix + "callbacks": p.deliveries,
		Prefix + "callback":  p.delivery,
		Prefix + "events":    p.events,
	}
	return p
}

// Serves holds for the paths of the page.
func Serves(path string) bool { return path == "/" || strings.HasPrefix(path, Prefix) }

// view is what one page shows: the frame, and one of the bodies of page.html.
type view struct {
	AppKey, URL, Nonce string
	Title, Self        string // Self: the address without what a form has left in it
	Tabs               []tab
	Counts             world.Census
	Clock              clockView

	Overview *overview
	List     *list
	Detail   *detail
}

// tab is a link to a list.
type tab struct {
	Name, Href string
	Open       bool
}

var tabs = []string{"users", "groups", "rooms", "threads", "messages", "files", "events", "requests", "callbacks"}

// missing is the error of a view of something that is not there.
type missing struct{ what, id string }

func (m missing) Error() string { return "There is no such " + m.what + ": " + m.id }

// badQuery is the error of an address that was not made here.
type badQuery struct{ what string }

func (b badQuery) Error() string { return b.what }

// ServeHTTP serves the overview, a view or a picture, and does what a form asks for. The caller has
// checked the Host, and that no other site sends the form.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	show, isPicture := p.views[r.URL.Path], r.URL.Path == Prefix+"file"
	switch {
	case show == nil && !isPicture:
		http.NotFound(w, r)
	case r.Method == http.MethodPost:
		p.post(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "The page takes GET and POST.", http.StatusMethodNotAllowed)
	case isPicture:
		p.picture(w, r)
	default:
		v, err := show(r)
		p.write(w, r, v, err)
	}
}

// write renders a view, or what is wrong with it.
func (p *Page) write(w http.ResponseWriter, r *http.Request, v *view, err error) {
	status := http.StatusOK
	switch err.(type) { //nolint:errorlint // views return these as they are
	case nil:
		if v.Overview != nil && v.Overview.Form.Failed {
			status = v.Overview.Form.status
		}
	case missing:
		status, v = http.StatusNotFound, &view{Title: "Not there", Detail: &detail{Note: err.Error()}}
	default:
		status, v = http.StatusBadRequest, &view{Title: "Bad address", Detail: &detail{Note: err.Error()}}
	}
	p.frame(r, v)
	var page bytes.Buffer
	if err := templates().ExecuteTemplate(&page, "page.html", v); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+v.Nonce+"'; script-src 'nonce-"+v.Nonce+
		"'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(page.Bytes()) // a browser that is gone sees nothing
	}
}

// frame fills in what all views show. The policy lets nothing run or load but what is on the page.
func (p *Page) frame(r *http.Request, v *view) {
	v.AppKey, v.URL, v.Nonce = p.world.AppKey(), p.server.URL(), world.Secret(22)
	v.Counts, v.Clock = p.world.Count(), p.clock()
	v.Self = r.URL.Path
	if v.Overview == nil {
		v.Self = r.URL.RequestURI()
	}
	for _, name := range tabs {
		path := Prefix + name
		v.Tabs = append(v.Tabs, tab{name, path, r.URL.Path == path || r.URL.Path+"s" == path})
	}
}
