package endpoint_test

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
)

// TestPost posts calls that the client has no method for. They go to the version of the API that was agreed on, and a refusal
// is an error like one of the client's own methods.
func TestPost(t *testing.T) {
	at := serveOn(t, func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ MacAddress string }
		switch r.URL.Path {
		case "/_ping":
			w.Header().Set("Api-Version", "1.41")
		case "/v1.41/containers/create":
			if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.MacAddress != "0a:ec:00:00:00:01" {
				t.Errorf("asked for %+v, %v", asked, err)
			}
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write([]byte(`{"message":"Conflict. The container name is in use"}`))
		default:
			_, _ = w.Write([]byte(`{"Id":"made"}`))
		}
	})
	cli, err := endpoint.Endpoint{Host: at}.Client()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cli.Close() }()
	if _, err := cli.Client.Ping(t.Context(), client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		t.Fatal(err)
	}
	var made struct{ ID string }
	body := map[string]string{"MacAddress": "0a:ec:00:00:00:01"}
	err = cli.Post(t.Context(), "/containers/create", nil, body, &made)
	if !cerrdefs.IsConflict(err) || err.Error() != "Error response from daemon: Conflict. The container name is in use" {
		t.Errorf("a refusal is %v", err)
	}
	if err := cli.Post(t.Context(), "/networks/create", nil, body, &made); err != nil || made.ID != "made" {
		t.Errorf("Post = %+v, %v", made, err)
	}
}

// serveOn serves on a socket, whose address it gives, until the test ends.
func serveOn(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "engine.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handle)
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return "unix://" + socket
}
