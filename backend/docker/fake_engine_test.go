package docker_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// fakeEngine answers requests to an engine as a test wants it, for what a real one
// cannot be brought to do. Keys are method and path without version.
type fakeEngine map[string]http.HandlerFunc

var apiVersion = regexp.MustCompile(`^/v[0-9.]+`)

func (f fakeEngine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := apiVersion.ReplaceAllString(r.URL.Path, "")
	if handler := f[r.Method+" "+path]; handler != nil {
		handler(w, r)
		return
	}
	switch {
	case path == "/_ping":
		w.Header().Set("Api-Version", "1.41")
	case f[anyRequest] != nil:
		r.URL.Path = path
		f[anyRequest](w, r)
	default:
		http.Error(w, `{"message":"page not found"}`, http.StatusNotFound)
	}
}

// anyRequest is the key of what answers all else. Paths come without version.
const anyRequest = "any"

// listen gives the fake engine's address.
func (f fakeEngine) listen(t *testing.T) (socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "engine.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(f)
	server.Listener = listener
	server.Start()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return socket
}

// open opens the fake engine.
func (f fakeEngine) open(t *testing.T, opts docker.Options) *docker.Engine {
	t.Helper()
	opts.Host = "unix://" + f.listen(t)
	if opts.Owner == "" {
		opts.Owner = dockertest.Owner()
	}
	engine, err := docker.Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}

// says answers with a status and a body of JSON.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}
