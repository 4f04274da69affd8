package emulator

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ecs-emulator/ecs-emulator/internal/base/httpserver/pipelistener"
)

// heldConn is a connection whose writes of a body return when the test lets them.
type heldConn struct {
	net.Conn
	release chan struct{}
}

func (c heldConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if strings.Contains(string(p), "the body") {
		<-c.release
	}
	return n, err
}

// The server answers before the client's write of the request has returned, as happens on a busy machine.
func TestALongAnswerToAClientThatIsStillWritingArrives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := pipelistener.New()
		answer := strings.Repeat("answer ", 10_000)
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(w, answer)
		})}
		go func() { _ = server.Serve(listener) }()
		defer server.Close()
		client := newHTTPClient(listener)
		transport := client.Transport.(plainBodies)
		release := make(chan struct{})
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := listener.Dial(ctx, network, address)
			return heldConn{conn, release}, err
		}

		r := smithyhttp.NewStackRequest().(*smithyhttp.Request)
		r.Method, r.URL.Scheme, r.URL.Host = http.MethodPost, "http", "emulator"
		body := strings.NewReader("the body")
		r.ContentLength = body.Size()
		r, err := r.SetStream(body)
		if err != nil {
			t.Fatal(err)
		}
		out, _, err := smithyhttp.NewClientHandlerWithOptions(client).Handle(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		close(release) // the SDK has closed the body by now
		synctest.Wait()
		defer client.CloseIdleConnections()
		response := out.(*smithyhttp.Response)
		if got, err := io.ReadAll(response.Body); err != nil || string(got) != answer {
			t.Errorf("%d of %d bytes, error %v", len(got), len(answer), err)
		}
		_ = response.Body.Close()
	})
}

// As the SDK's own client does: net/http would ask for the place that an answer names by GET and without the body, and
// take what it says there for the answer.
func TestAnAnswerThatNamesAnotherPlaceForGETIsNoSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := pipelistener.New()
		var asked []string
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			asked = append(asked, r.Method+" "+r.URL.Path+" "+string(body))
			switch r.URL.Path {
			case "/found":
				http.Redirect(w, r, "/elsewhere", http.StatusFound)
			case "/temporary":
				http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			}
		})}
		go func() { _ = server.Serve(listener) }()
		defer server.Close()
		client := newHTTPClient(listener)
		defer client.CloseIdleConnections()
		for path, want := range map[string]int{"/found": http.StatusFound, "/temporary": http.StatusOK} {
			asked = nil
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://emulator"+path, strings.NewReader("body"))
			if err != nil {
				t.Fatal(err)
			}
			response, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("%s is answered with %d after %q, want %d", path, response.StatusCode, asked, want)
			}
		}
	})
}
