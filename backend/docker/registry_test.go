package docker_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/docker/cli/cli/config"
	"github.com/docker/docker/api/types/image"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// registry serves one small image of any name, to whoever has the login.
// Source: OCI distribution specification, "Pulling manifests" and "Pulling blobs".
type registry struct {
	host     string
	manifest []byte
	blobs    map[string][]byte
}

func newRegistry(t *testing.T, username, password string) *registry {
	t.Helper()
	r := &registry{blobs: map[string][]byte{}}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Name: t.Name(), Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	var layer bytes.Buffer
	packed := gzip.NewWriter(&layer)
	_, _ = packed.Write(archive.Bytes())
	_ = packed.Close()
	configuration := mustMarshal(t, map[string]any{
		"architecture": runtime.GOARCH, "os": "linux", "config": map[string]any{},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{digest(archive.Bytes())}},
	})
	r.manifest = mustMarshal(t, map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
		"config": r.blob("application/vnd.docker.container.image.v1+json", configuration),
		"layers": []any{r.blob("application/vnd.docker.image.rootfs.diff.tar.gzip", layer.Bytes())},
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if user, pass, _ := request.BasicAuth(); username != "" && (user != username || pass != password) {
			w.Header().Set("Www-Authenticate", `Basic realm="test"`)
			http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`, http.StatusUnauthorized)
			return
		}
		r.serve(w, request)
	}))
	t.Cleanup(server.Close)
	r.host = strings.TrimPrefix(server.URL, "http://")
	return r
}

func (r *registry) serve(w http.ResponseWriter, request *http.Request) {
	_, last, _ := strings.Cut(request.URL.Path, "/blobs/")
	switch blob, known := r.blobs[last]; {
	case request.URL.Path == "/v2/":
	case strings.Contains(request.URL.Path, "/manifests/"):
		w.Header().Set("Content-Type", "application/vnd.docker.distribution.manifest.v2+json")
		w.Header().Set("Docker-Content-Digest", digest(r.manifest))
		_, _ = w.Write(r.manifest)
	case known:
		_, _ = w.Write(blob)
	default:
		http.NotFound(w, request)
	}
}

// image is a reference that is removed when the test ends.
func (r *registry) image(t *testing.T) string {
	t.Helper()
	cli := dockertest.Client(t)
	ref := r.host + "/" + strings.ToLower(dockertest.Owner()) + ":1"
	t.Cleanup(func() { _, _ = cli.ImageRemove(context.Background(), ref, image.RemoveOptions{}) })
	return ref
}

func (r *registry) blob(mediaType string, content []byte) map[string]any {
	r.blobs[digest(content)] = content
	return map[string]any{"mediaType": mediaType, "size": len(content), "digest": digest(content)}
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func mustMarshal(t *testing.T, v any) []byte {
	t.Helper()
	content, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestPullWithLogin(t *testing.T) {
	engine := dockertest.Engine(t)
	r := newRegistry(t, "me", "secret")
	before := config.Dir()
	t.Cleanup(func() { config.SetDir(before) })
	config.SetDir(t.TempDir())

	err := engine.Pull(t.Context(), backend.PullSpec{Ref: r.image(t)})
	if err == nil {
		t.Error("pull without a login: want a refusal")
	}
	given := r.image(t)
	if err := engine.Pull(t.Context(), backend.PullSpec{Ref: given, Auth: &backend.RegistryAuth{Username: "me", Password: "secret"}}); err != nil {
		t.Errorf("pull with the login given: %v", err)
	}
	if found, err := engine.Image(t.Context(), given); err != nil || len(found.Digests) != 1 || !strings.HasSuffix(found.Digests[0], digest(r.manifest)) {
		t.Errorf("Image = %+v, %v; want the digest %s", found, err, digest(r.manifest))
	}

	login := mustMarshal(t, map[string]any{"auths": map[string]any{r.host: map[string]string{"auth": "bWU6c2VjcmV0"}}})
	if err := os.WriteFile(filepath.Join(config.Dir(), "config.json"), login, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := engine.Pull(t.Context(), backend.PullSpec{Ref: r.image(t)}); err != nil {
		t.Errorf("pull with the user's own login: %v", err)
	}
}

func TestPullWithoutCredentialHelperIsAnonymous(t *testing.T) {
	before := config.Dir()
	t.Cleanup(func() { config.SetDir(before) })
	config.SetDir(t.TempDir())
	if err := os.WriteFile(filepath.Join(config.Dir(), "config.json"), []byte(`{"credsStore":"not-installed"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	engine := fakeEngine{"POST /images/create": func(w http.ResponseWriter, r *http.Request) {
		if auth, err := base64.URLEncoding.DecodeString(r.Header.Get("X-Registry-Auth")); err != nil || string(auth) != "{}" {
			http.Error(w, "login "+string(auth), http.StatusUnauthorized)
		}
	}}.open(t, docker.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	for range 2 {
		if err := engine.Pull(t.Context(), backend.PullSpec{Ref: "example.com/app"}); err != nil {
			t.Error(err)
		}
	}
	if said := strings.Count(log.String(), "docker-credential-not-installed"); said != 1 {
		t.Errorf("it says so %d times: %s", said, &log)
	}
}

func TestPullThatMakesNoProgressEnds(t *testing.T) {
	engine := fakeEngine{"POST /images/create": func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"status":"Downloading"}`))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}}.open(t, docker.Options{})
	err := engine.PullWithin(t.Context(), backend.PullSpec{Ref: "app"}, 100*time.Millisecond)
	if err == nil || err.Error() != "no progress for 100ms" {
		t.Errorf("Pull = %v; want that it makes no progress", err)
	}
}
