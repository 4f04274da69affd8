package dockertest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/moby/moby/client"
)

// Registry serves one small image of any name, to whoever has the login.
// Source: OCI distribution specification, "Pulling manifests" and "Pulling blobs".
type Registry struct {
	Host     string
	manifest []byte
	blobs    map[string][]byte
}

// NewRegistry starts one, which ends with the test. Without a user name it asks for no login.
func NewRegistry(t *testing.T, username, password string) *Registry {
	t.Helper()
	r := &Registry{blobs: map[string][]byte{}}
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
		"architecture": runtime.GOARCH, "os": "linux", "config": map[string]any{"Env": []string{"AWS_REGION=mars"}},
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
	r.Host = strings.TrimPrefix(server.URL, "http://")
	return r
}

func (r *Registry) serve(w http.ResponseWriter, request *http.Request) {
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

// Image is a reference that is removed when the test ends.
func (r *Registry) Image(t *testing.T) string {
	t.Helper()
	cli := Client(t)
	ref := r.Host + "/" + strings.ToLower(Owner()) + ":1"
	t.Cleanup(func() { _, _ = cli.ImageRemove(context.Background(), ref, client.ImageRemoveOptions{}) })
	return ref
}

func (r *Registry) blob(mediaType string, content []byte) map[string]any {
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

// Digest is that of the image.
func (r *Registry) Digest() string { return digest(r.manifest) }
