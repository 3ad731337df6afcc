package imtest

import "net/http"

func (srv *Server) servePage(w http.ResponseWriter, r *http.Request) {}
