package imtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// WithPage puts a page at / that shows users, groups, rooms, messages as they
// arrive, quotas and the last requests, and that can send a message. Everyone
// who reaches the server can see it, and needs no token: on a loopback address such
// a server responds localhost and loopback hosts only. imserver has it.
func WithPage() Option {
	return func(c *config) { c.page = true }
}

//go:embed page.html
var pageHTML string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(pageHTML))
})

// maxForm is the largest form that the page sends.
const maxForm = 64 << 10

// pageForm is the form to send a message, with what became of it.
type pageForm struct {
	From, Kind, To, Text string
	Notice               string
	Failed               bool
}

// browsed serves the page and the control paths, and refuses what another site lets a
// browser send: to these, which would take it, and to the API, whose tokens would pile up.
func (srv *Server) browsed(w http.ResponseWriter, r *http.Request) bool {
	err := http.NewCrossOriginProtection().Check(r)
	page := srv.conf.page && r.URL.Path == "/"
	control := srv.conf.control && strings.HasPrefix(r.URL.Path, controlPrefix)
	if err == nil && !page && !control {
		return false
	}
	srv.date(w)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return true
	}
	if control {
		srv.control.ServeHTTP(w, r)
		return true
	}
	srv.servePage(w, r)
	return true
}

// servePage responses at /. Without script the form is an ordinary one, and the
// page reloads itself.
func (srv *Server) servePage(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		form := &pageForm{Kind: "users"}
		if r.URL.Query().Has("sent") {
			form.Notice = sentNotice(r.URL.Query().Get("missing"))
		}
		srv.writePage(w, r, http.StatusOK, form)
	case http.MethodPost:
		srv.postPage(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "The page takes GET and POST.", http.StatusMethodNotAllowed)
	}
}

// postPage sends a message and goes back to the page, so that a reload does not
// send it again.
func (srv *Server) postPage(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	form := &pageForm{
		From: strings.TrimSpace(r.PostForm.Get("from")), Kind: r.PostForm.Get("kind"),
		To: strings.TrimSpace(r.PostForm.Get("to")), Text: r.PostForm.Get("text"),
	}
	if status := srv.sendForm(r, form); form.Failed {
		srv.writePage(w, r, status, form)
		return
	}
	http.Redirect(w, r, "/?sent&missing="+srv.missing(form), http.StatusSeeOther)
}

// sendForm sends the message as a call of the API, which keeps quotas and is
// among the requests. Only faults do not touch it: they are for clients.
func (srv *Server) sendForm(r *http.Request, form *pageForm) (status int) {
	if form.Kind != "chatgroups" && form.Kind != "chatrooms" {
		form.Kind = "users"
	}
	body := map[string]any{"to": []string{}, "type": "txt", "body": map[string]string{"msg": form.Text}}
	if form.To != "" {
		body["to"] = []string{form.To}
	}
	if form.From != "" {
		body["from"] = form.From
	}
	c := srv.ownCall(r.Context(), "/messages/"+form.Kind, body)
	rep := srv.carryOut(c)
	srv.remember(c, rep.Status)
	if rep.Status != http.StatusOK {
		var refusal wire.ErrorBody
		_ = json.Unmarshal(rep.Body, &refusal) // it is always one
		form.Failed, form.Notice = true, "Not sent: "+refusal.Description
		return rep.Status
	}
	return rep.Status
}

// sentNotice says of a message whether what it was sent to is missing.
func sentNotice(missing string) string {
	switch missing {
	case "user", "group", "room":
		return "Sent, though there is no such " + missing + "."
	}
	return "Sent."
}

// missing names what a message was sent to, if it does not exist: the API takes
// such messages.
func (srv *Server) missing(form *pageForm) string {
	s := srv.world
	switch form.Kind {
	case "users":
		if _, err := s.User(form.To); err != nil {
			return "user"
		}
	case "chatgroups":
		if _, there := groupOrThread(s, form.To); !there {
			return "group"
		}
	case "chatrooms":
		if _, err := s.Circle(world.CircleID{Kind: world.RoomKind, ID: form.To}); err != nil {
			return "room"
		}
	}
	return ""
}

// writePage renders the page. Its policy lets nothing run or load but what is on
// it.
func (srv *Server) writePage(w http.ResponseWriter, r *http.Request, status int, form *pageForm) {
	view := srv.view()
	view.Form, view.Nonce = form, world.Secret(22)
	var page bytes.Buffer
	if err := pageTemplate().Execute(&page, view); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+view.Nonce+"'; script-src 'nonce-"+view.Nonce+
		"'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(page.Bytes()) // a browser that is gone sees nothing
	}
}
