package dockertest

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

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

// Registry serves one small image, to clients with the login. It refuses others as a careless registry does: it tells
// what they have sent.
type Registry struct {
	Host string
	// Asked, unless it is nil, is called while a client waits for an answer.
	Asked func()

	image   remote.Taggable // an image, or an index of images
	store   http.Handler
	pushing string       // the host to which the image is pushed, without a login
	logins  *tokenLogins // nil: clients send the login itself

	mu                 sync.Mutex
	username, password string
}

// NewRegistry starts one, which ends with the test. Clients send the login with each request. Without a user name it asks
// for no login.
func NewRegistry(t *testing.T, username, password string) *Registry {
	t.Helper()
	return start(t, &Registry{username: username, password: password, image: imageFor(t, runtime.GOARCH)})
}

// NewTokenRegistry is one whose clients send the login to a token service, and the token that they get to the registry.
func NewTokenRegistry(t *testing.T, username, password string) *Registry {
	t.Helper()
	return start(t, &Registry{
		username: username, password: password, image: imageFor(t, runtime.GOARCH), logins: &tokenLogins{repositories: map[string]string{}},
	})
}

func start(t *testing.T, r *Registry) *Registry {
	t.Helper()
	r.store = registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	open, server := httptest.NewServer(r.store), httptest.NewUnstartedServer(r)
	r.pushing, r.Host = open.Listener.Addr().String(), server.Listener.Addr().String()
	server.Start()
	t.Cleanup(open.Close)
	t.Cleanup(server.Close)
	return r
}

// SetPassword changes the password. Tokens end with the old one.
func (r *Registry) SetPassword(password string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.password = password
	if r.logins != nil {
		r.logins.end()
	}
}

// isLogin reports whether a client has the login.
func (r *Registry) isLogin(username, password string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.username == "" || username == r.username && password == r.password
}

func (r *Registry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if r.Asked != nil {
		r.Asked()
	}
	username, password, _ := request.BasicAuth()
	switch {
	case r.logins != nil && request.URL.Path == tokenPath:
		r.giveToken(w, request)
	case r.logins != nil && !r.logins.admit(request):
		w.Header().Set("Www-Authenticate", `Bearer realm="http://`+r.Host+tokenPath+`",service="test"`)
		refuse(w, request.Header.Get("Authorization"))
	case r.logins == nil && !r.isLogin(username, password):
		w.Header().Set("Www-Authenticate", `Basic realm="test"`)
		refuse(w, username+":"+password)
	default:
		r.store.ServeHTTP(w, request)
	}
}

func refuse(w http.ResponseWriter, sent string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnauthorized)
	fmt.Fprintf(w, `{"errors":[{"code":"UNAUTHORIZED","message":%q}]}`, "authentication required, not "+sent)
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
	return start(t, &Registry{image: index})
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
	tag, err := name.NewTag(strings.Replace(ref, r.Host, r.pushing, 1))
	if err == nil {
		err = remote.Push(tag, r.image)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cli.ImageRemove(context.Background(), ref, client.ImageRemoveOptions{}) })
	return ref
}

// ImageWith is a reference of another image, with a file that no other image has of so many bytes on top of layers; its image is
// returned for those that stand on it. The reference is removed when the test ends.
func (r *Registry) ImageWith(t *testing.T, size int, layers ...v1.Layer) (ref string, image v1.Image) {
	t.Helper()
	content := make([]byte, size)
	_, _ = rand.Read(content) // which never fails
	top, err := crane.Layer(map[string][]byte{"file": content})
	if err == nil {
		image, err = mutate.AppendLayers(imageFor(t, runtime.GOARCH), append(layers, top)...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return (&Registry{Host: r.Host, pushing: r.pushing, image: image}).Image(t), image
}

// Digest is the digest of the image.
func (r *Registry) Digest() string {
	digest, _ := partial.Digest(r.image) // what was pushed has one
	return digest.String()
}
