package apiclient

import (
	"io"
	"maps"
	"net/http"
	"net/url"
)

// Server is a server on the network as the [Options].Endpoint of a client, for a service that has
// an address of its own.
type Server struct {
	to        *url.URL
	transport *http.Transport
}

// NewServer leads to a server by its scheme, host and port.
func NewServer(to *url.URL) *Server {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // or it would ask for it, which no signature covers
	// A server may close a connection that rests just as the next request is sent. A POST is then
	// not sent again, and its caller takes the server for gone.
	transport.DisableKeepAlives = true
	return &Server{to, transport}
}

// ServeHTTP sends a request on as it is signed. If there is no answer, the client's call fails with the
// reason.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sent := r.Clone(r.Context())
	sent.RequestURI, sent.URL.Scheme, sent.URL.Host = "", s.to.Scheme, s.to.Host
	got, err := s.transport.RoundTrip(sent)
	if err == nil {
		defer got.Body.Close()
		maps.Copy(w.Header(), got.Header)
		w.WriteHeader(got.StatusCode)
		_, err = io.Copy(w, got.Body)
	}
	if a, of := w.(*answer); of && err != nil {
		a.failed(err)
	}
}
