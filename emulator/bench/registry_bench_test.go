package bench_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cuelabs.dev/go/oci/ociregistry/ociserver"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// registry is one that layers are pushed to, as plainly as can be.
type registry struct {
	*testing.B
	url, login string // the login as in the header
	files      string // the folder of its layers
}

// registries are the emulator's own, with the repository web, and ociserver over bare files. Both have their files on one disk.
func registries(b *testing.B) (own, bare *registry) {
	b.Helper()
	dir := b.TempDir()
	w := start(b, emulator.Options{Engine: "sim", DataDir: filepath.Join(dir, "own")})
	w.post("AmazonEC2ContainerRegistry_V20150921.CreateRepository", `{"repositoryName": "web"}`)
	own = &registry{b, w.URL(), "Basic " + w.registryToken(), filepath.Join(dir, "own", "registry", "sha256")}
	bare = &registry{B: b, files: filepath.Join(dir, "bare")}
	w.must(os.Mkdir(bare.files, 0o700))
	server := httptest.NewServer(ociserver.New(&bareRegistry{dir: bare.files}, nil))
	b.Cleanup(server.Close)
	bare.url = server.URL
	return own, bare
}

// registryToken is a token of ECR: user and password in base64.
func (w *world) registryToken() string {
	w.Helper()
	var out struct {
		AuthorizationData []struct{ AuthorizationToken string }
	}
	w.must(json.Unmarshal(w.post("AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", "{}"), &out))
	return out.AuthorizationData[0].AuthorizationToken
}

func (r *registry) ask(method, path string, content []byte, status int) *http.Response {
	r.Helper()
	request, err := http.NewRequest(method, r.url+path, bytes.NewReader(content))
	if err != nil {
		r.Fatal(err)
	}
	if r.login != "" {
		request.Header.Set("Authorization", r.login)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		r.Fatal(err)
	}
	if answer.StatusCode != status {
		text, _ := io.ReadAll(answer.Body)
		r.Fatalf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	return answer
}

// push sends a layer in three requests, as Docker does.
func (r *registry) push(l layer) {
	r.Helper()
	at := r.send(http.MethodPost, "/v2/web/blobs/uploads/", nil, http.StatusAccepted)
	at = r.send(http.MethodPatch, at, l.content, http.StatusAccepted)
	r.send(http.MethodPut, at+"?digest=sha256:"+l.digest, nil, http.StatusCreated)
}

// send returns where the upload goes on.
func (r *registry) send(method, path string, content []byte, status int) (location string) {
	r.Helper()
	answer := r.ask(method, path, content, status)
	_ = answer.Body.Close()
	return answer.Header.Get("Location")
}

// pull reads a layer.
func (r *registry) pull(l layer) {
	r.Helper()
	answer := r.ask(http.MethodGet, "/v2/web/blobs/sha256:"+l.digest, nil, http.StatusOK)
	defer answer.Body.Close()
	if n, err := io.Copy(io.Discard, answer.Body); err != nil || n != int64(len(l.content)) {
		r.Fatalf("%d of %d bytes come: %v", n, len(l.content), err)
	}
}

// forget removes the file of a layer, so that a benchmark fills no disk.
func (r *registry) forget(l layer) {
	r.Helper()
	if err := os.Remove(filepath.Join(r.files, l.digest)); err != nil {
		r.Fatal(err)
	}
}

// layerSize is how many bytes a layer has that is pushed or pulled.
const layerSize = 200 << 20

type layer struct {
	content []byte
	digest  string
}

func randomLayer(b *testing.B) layer {
	b.Helper()
	l := layer{content: make([]byte, layerSize)}
	if _, err := rand.Read(l.content); err != nil {
		b.Fatal(err)
	}
	l.number(0)
	return l
}

// number makes it a layer that no registry has.
func (l *layer) number(n int) {
	binary.BigEndian.PutUint64(l.content, uint64(n))
	sum := sha256.Sum256(l.content)
	l.digest = hex.EncodeToString(sum[:])
}

// besideBareFiles measures something at the emulator's registry and at ociserver over bare files, by turns, and reports how fast
// the one is by the other.
func besideBareFiles(b *testing.B, rounds int, own, bare *registry, once func(r *registry, n int) time.Duration) {
	b.Helper()
	took, turns := map[*registry][]time.Duration{}, []*registry{own, bare}
	for round := range rounds + 1 {
		for _, r := range turns {
			if one := once(r, round); round > 0 { // connections are there
				took[r] = append(took[r], one)
			}
		}
		slices.Reverse(turns)
	}
	b.ReportMetric(percentile(took[bare], 50)/percentile(took[own], 50), "ratio≥0.9")
	b.ReportMetric(layerSize/(1<<20)/(percentile(took[own], 50)/1000), "MiB/s")
}

// BenchmarkGoalPushOfALayer pushes 200 MiB of random bytes to the emulator's registry, and by turns to ociserver over bare
// files, with fsync at both.
func BenchmarkGoalPushOfALayer(b *testing.B) {
	for b.Loop() {
		own, bare := registries(b)
		l := randomLayer(b)
		besideBareFiles(b, 5, own, bare, func(r *registry, n int) time.Duration {
			l.number(n)
			began := time.Now()
			r.push(l)
			took := time.Since(began)
			r.forget(l)
			return took
		})
	}
}

// BenchmarkGoalPullOfALayer pulls 200 MiB from the emulator's registry, and by turns from ociserver over bare files.
func BenchmarkGoalPullOfALayer(b *testing.B) {
	for b.Loop() {
		own, bare := registries(b)
		l := randomLayer(b)
		own.push(l)
		bare.push(l)
		besideBareFiles(b, 30, own, bare, func(r *registry, _ int) time.Duration {
			began := time.Now()
			r.pull(l)
			return time.Since(began)
		})
	}
}
