package imtest

// ExpireTokens lets all tokens that the server has seen expire now, as a
// change of the credentials would. Calls with them get a 401.
func (srv *Server) ExpireTokens() { srv.world.ExpireTokens() }
