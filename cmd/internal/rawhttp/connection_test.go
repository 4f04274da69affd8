package rawhttp

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// serve starts a server and returns a connection to it.
func serve(t *testing.T, handler http.HandlerFunc) *Connection {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	c, err := Connect(t.Context(), strings.TrimPrefix(srv.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestConnectionReadsOneAnswerAfterTheOther(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Target", r.Header.Get("X-Amz-Target"))
		_, _ = w.Write(body)
	})
	for _, body := range []string{"{}", `{"tasks":[]}`, ""} {
		header, got, err := c.Fetch(Operation("ListTasks", []byte(body)))
		if err != nil || string(got) != body {
			t.Errorf("got %q, %v; want %q", got, err, body)
		}
		if target := header["X-Target"]; target != "AmazonEC2ContainerServiceV20141113.ListTasks" {
			t.Errorf("the server saw the target %q", target)
		}
		if err := c.Exchange(Operation("ListTasks", []byte(body))); err != nil {
			t.Error(err)
		}
	}
}

func TestConnectionTellsWhatARefusalSays(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte("ClusterNotFoundException"))
	})
	for _, err := range []error{
		c.Exchange(Operation("ListTasks", nil)),
		c.Call("ListTasks", struct{}{}, nil),
	} {
		if err == nil || !strings.Contains(err.Error(), "400: ClusterNotFoundException") {
			t.Errorf("error %v", err)
		}
	}
}
