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
	"path"
	"runtime"
	"strings"
	"testing"

	"github.com/moby/moby/client"
)

// Registry serves one small image of any name, to clients with the login.
// Source: OCI distribution specification, "Pulling manifests" and "Pulling blobs".
type Registry struct {
	Host  string
	top   content            // what a tag stands for
	blobs map[string]content // manifests among them, by digest
}

// content is something with its media type.
type content struct {
	mediaType string
	bytes     []byte
}

func (c content) digest() string { return digest(c.bytes) }

// descriptor is how others refer to it. Source: OCI image specification, "Descriptors".
func (c content) descriptor() map[string]any {
	return map[string]any{"mediaType": c.mediaType, "size": len(c.bytes), "digest": c.digest()}
}

// NewRegistry starts one, which ends with the test. Without a user name it asks for no login.
func NewRegistry(t *testing.T, username, password string) *Registry {
	t.Helper()
	r := &Registry{blobs: map[string]content{}}
	r.top = r.image(t, runtime.GOARCH)
	r.listen(t, username, password)
	return r
}

// NewIndexRegistry is one without logins whose image is an index of images for architectures, as
// buildx makes it.
func NewIndexRegistry(t *testing.T, architectures ...string) *Registry {
	t.Helper()
	r := &Registry{blobs: map[string]content{}}
	var manifests []any
	for _, architecture := range architectures {
		image := r.image(t, architecture).descriptor()
		image["platform"] = map[string]any{"os": "linux", "architecture": architecture}
		manifests = append(manifests, image)
	}
	r.top = r.has("application/vnd.oci.image.index.v1+json", mustMarshal(t, map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests,
	}))
	r.listen(t, "", "")
	return r
}

// image makes an image of one file for an architecture.
func (r *Registry) image(t *testing.T, architecture string) content {
	t.Helper()
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
		"architecture": architecture, "os": "linux", "config": map[string]any{"Env": []string{"AWS_REGION=mars"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{digest(archive.Bytes())}},
	})
	const manifest = "application/vnd.docker.distribution.manifest.v2+json"
	return r.has(manifest, mustMarshal(t, map[string]any{
		"schemaVersion": 2, "mediaType": manifest,
		"config": r.has("application/vnd.docker.container.image.v1+json", configuration).descriptor(),
		"layers": []any{r.has("application/vnd.docker.image.rootfs.diff.tar.gzip", layer.Bytes()).descriptor()},
	}))
}

// listen serves what there is until the test ends.
func (r *Registry) listen(t *testing.T, username, password string) {
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
}

func (r *Registry) serve(w http.ResponseWriter, request *http.Request) {
	wanted := path.Base(request.URL.Path)
	found, known := r.blobs[wanted]
	if !known && strings.Contains(request.URL.Path, "/manifests/") && !strings.HasPrefix(wanted, "sha256:") {
		found, known = r.top, true
	}
	switch {
	case request.URL.Path == "/v2/":
	case known:
		w.Header().Set("Content-Type", found.mediaType)
		w.Header().Set("Docker-Content-Digest", found.digest())
		_, _ = w.Write(found.bytes)
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

func (r *Registry) has(mediaType string, bytes []byte) content {
	c := content{mediaType, bytes}
	r.blobs[c.digest()] = c
	return c
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

// Digest is the digest of the image.
func (r *Registry) Digest() string { return r.top.digest() }
