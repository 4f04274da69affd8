package dockertest

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/moby/moby/client"
)

// Registry serves one small image, to clients with the login.
type Registry struct {
	Host  string
	login authn.Authenticator
	image remote.Taggable // an image, or an index of images
}

// NewRegistry starts one, which ends with the test. Without a user name it asks for no login.
func NewRegistry(t *testing.T, username, password string) *Registry {
	t.Helper()
	return newRegistry(t, username, password, imageFor(t, runtime.GOARCH))
}

func newRegistry(t *testing.T, username, password string, image remote.Taggable) *Registry {
	t.Helper()
	serve := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if user, pass, _ := request.BasicAuth(); username != "" && (user != username || pass != password) {
			w.Header().Set("Www-Authenticate", `Basic realm="test"`)
			http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`, http.StatusUnauthorized)
			return
		}
		serve.ServeHTTP(w, request)
	}))
	t.Cleanup(server.Close)
	login := &authn.Basic{Username: username, Password: password}
	return &Registry{Host: strings.TrimPrefix(server.URL, "http://"), login: login, image: image}
}

// NewIndexRegistry is one without logins whose image is an index of images for architectures, as
// buildx makes it.
func NewIndexRegistry(t *testing.T, architectures ...string) *Registry {
	t.Helper()
	index := mutate.IndexMediaType(empty.Index, "application/vnd.oci.image.index.v1+json")
	for _, architecture := range architectures {
		platform := v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: architecture}}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: imageFor(t, architecture), Descriptor: platform})
	}
	return newRegistry(t, "", "", index)
}

// imageFor makes an image of one file for an architecture.
func imageFor(t *testing.T, architecture string) v1.Image {
	t.Helper()
	image, err := crane.Image(map[string][]byte{t.Name(): nil})
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Config.Env = "linux", architecture, []string{"AWS_REGION=mars"}
	if image, err = mutate.ConfigFile(image, config); err != nil {
		t.Fatal(err)
	}
	return image
}

// Image is a reference that is removed when the test ends.
func (r *Registry) Image(t *testing.T) string {
	t.Helper()
	cli := Client(t)
	ref := r.Host + "/" + strings.ToLower(Owner()) + ":1"
	tag, err := name.NewTag(ref)
	if err == nil {
		err = remote.Push(tag, r.image, remote.WithAuth(r.login))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cli.ImageRemove(context.Background(), ref, client.ImageRemoveOptions{}) })
	return ref
}

// Digest is the digest of the image.
func (r *Registry) Digest() string {
	digest, _ := partial.Digest(r.image) // what was pushed has one
	return digest.String()
}
