package emulator

import (
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/internal/base/httpserver/pipelistener"
)

// mostResting is how many connections rest between the requests of Config's clients.
const mostResting = 100

// newHTTPClient is the HTTP client of Config. The SDK's own loses long answers of a server that is as near as this one,
// and asks again: it closes the body of a request once the answer has begun, and net/http, which may just look for the
// end of that body, takes io.EOF from its WriteTo for a failure and cuts the connection. smithy-go 1.28.9 does so; real
// AWS is too far away.
func newHTTPClient(listener net.Listener) *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: mostResting}
	if pipes, ok := listener.(*pipelistener.Listener); ok {
		transport.DialContext = pipes.Dial
	}
	return &http.Client{Transport: plainBodies{transport}, CheckRedirect: keepMethod}
}

// keepMethod follows an answer that names another place only where the method and the body stay, as the SDK's own client
// does: what another place says to a GET is no answer to a PUT.
func keepMethod(r *http.Request, via []*http.Request) error {
	const most = 10 // as net/http has it
	switch status := r.Response.StatusCode; {
	case status != http.StatusTemporaryRedirect && status != http.StatusPermanentRedirect:
		return http.ErrUseLastResponse
	case len(via) >= most:
		return fmt.Errorf("stopped after %d redirects", most)
	}
	return nil
}

// plainBodies sends the bodies of requests without their WriteTo.
type plainBodies struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (t plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return t.Transport.RoundTrip(r)
	}
	plain := *r
	plain.Body = struct{ io.ReadCloser }{r.Body}
	return t.Transport.RoundTrip(&plain)
}
