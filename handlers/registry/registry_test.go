package registry_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/registry"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	account = "123456789012"
	other   = "999988887777"
)

var home = arn.Scope{Region: "eu-west-1", Account: account}

// world is a registry with its store and files.
type world struct {
	testing.TB
	*httptest.Server
	store *store.Store
	files *ecr.Files
	dir   string
	log   *safeBuffer

	mu    sync.Mutex
	now   time.Time
	allow func(context.Context, awsapi.Call, awsapi.Access) error
	mount bool
	seen  []string // requests that were observed: "ecr PutImage 201"

	faults awsapi.CallFaults

	password string // of the account's root
}

// safeBuffer is written by many.
type safeBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// take returns what was written, and forgets it.
func (b *safeBuffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.text.Reset()
	return b.text.String()
}

// start starts a registry with repositories at home, of at most so many bytes.
func start(t testing.TB, bound int64, repositories ...string) *world {
	t.Helper()
	w := &world{TB: t, dir: filepath.Join(t.TempDir(), "registry"), log: &safeBuffer{}, now: time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)}
	var err error
	if w.store, err = store.Open(store.Options{}); err != nil {
		t.Fatal(err)
	}
	if w.files, err = ecr.OpenFiles(w.dir, w.store, bound); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.Server = httptest.NewServer(registry.New(registry.Options{
		Store: w.store, Files: w.files, Now: w.clock, Home: home, Log: log,
		Faults: &w.faults, Observe: func(service, operation string, status int, _ time.Duration) {
			w.set(func() { w.seen = append(w.seen, fmt.Sprint(service, " ", operation, " ", status)) })
		},
		Authorize:   apitest.Each(w.authorize),
		MountsBlobs: func(*store.Tx, arn.Scope) bool { w.mu.Lock(); defer w.mu.Unlock(); return w.mount },
		OfEngine:    func(user, password string, _ bool) bool { return user == "engine" && password == "here" },
	}))
	t.Cleanup(func() {
		w.Close()
		w.store.Close()
		w.checkLog()
	})
	for _, name := range repositories {
		w.create(home, name)
	}
	w.password = w.login(ecr.Login{Account: account, Region: home.Region, Issued: w.now.UnixMilli()})
	return w
}

// checkLog fails if something went wrong since it looked last.
func (w *world) checkLog() {
	w.Helper()
	if text := w.log.take(); strings.Contains(text, "level=ERROR") {
		w.Errorf("the log has an error:\n%s", text)
	}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) authorize(ctx context.Context, c awsapi.Call, wants awsapi.Access) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.allow == nil {
		return nil
	}
	return w.allow(ctx, c, wants)
}

// set changes what the registry stands on.
func (w *world) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// create makes the row of a repository, as CreateRepository does.
func (w *world) create(s arn.Scope, name string) {
	w.Helper()
	w.must(w.store.Update(func(tx *store.Tx) error {
		ecr.Repositories.Put(tx, &ecr.Repository{Scope: s, Name: name, CreatedAt: w.now, Mutability: "MUTABLE"})
		return nil
	}))
}

// login is a password, as GetAuthorizationToken gives it.
func (w *world) login(l ecr.Login) string {
	w.Helper()
	password, err := ecr.NewLogins(w.store).Password(l)
	w.must(err)
	return password
}

// ask sends a request with a login and headers, which come in pairs.
func (w *world) ask(method, path, content string, headers ...string) *reply {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, w.URL+path, strings.NewReader(content))
	w.must(err)
	req.SetBasicAuth(ecr.LoginUser, w.password)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return w.send(req)
}

func (w *world) send(req *http.Request) *reply {
	w.Helper()
	answer, err := w.Client().Do(req)
	w.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	w.must(err)
	if got := answer.Header.Get("Docker-Distribution-Api-Version"); got != "registry/2.0" {
		w.Errorf("%s %s has the version %q", req.Method, req.URL.Path, got)
	}
	return &reply{w, req.Method + " " + req.URL.Path, answer, string(text)}
}

// reply is an answer with its body.
type reply struct {
	*world
	what string
	*http.Response
	text string
}

// is fails unless the answer has a status and these texts.
func (r *reply) is(status int, texts ...string) *reply {
	r.Helper()
	if r.StatusCode != status {
		r.Errorf("%s: %s %s, want %d", r.what, r.Status, r.text, status)
	}
	for _, text := range texts {
		if !strings.Contains(r.text, text) {
			r.Errorf("%s: %s %s, want %s", r.what, r.Status, r.text, text)
		}
	}
	return r
}

// has fails unless the answer has a header.
func (r *reply) has(name, want string) *reply {
	r.Helper()
	if got := r.Header.Get(name); got != want {
		r.Errorf("%s: %s is %q, want %q", r.what, name, got, want)
	}
	return r
}

func digestOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// upload pushes a layer.
func (w *world) upload(repository, content string) string {
	w.Helper()
	digest := digestOf(content)
	w.ask(http.MethodPost, "/v2/"+repository+"/blobs/uploads/?digest="+digest, content).is(http.StatusCreated).has("Docker-Content-Digest", digest)
	return digest
}

const (
	ociManifest = "application/vnd.oci.image.manifest.v1+json"
	ociIndex    = "application/vnd.oci.image.index.v1+json"
)

// manifestOf is a manifest of a configuration and layers.
func manifestOf(config string, layers ...string) string {
	blob := func(media, content string) string {
		return fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.%s","digest":%q,"size":%d}`, media, digestOf(content), len(content))
	}
	all := []string{}
	for _, l := range layers {
		all = append(all, blob("layer.v1.tar", l))
	}
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":%s,"layers":[%s]}`, ociManifest, blob("config.v1+json", config), strings.Join(all, ","))
}

// push pushes an image.
func (w *world) push(repository, tag, config string, layers ...string) string {
	w.Helper()
	for _, content := range append(layers, config) {
		w.upload(repository, content)
	}
	manifest := manifestOf(config, layers...)
	w.ask(http.MethodPut, "/v2/"+repository+"/manifests/"+tag, manifest, "Content-Type", ociManifest).
		is(http.StatusCreated).has("Docker-Content-Digest", digestOf(manifest))
	return digestOf(manifest)
}

// left lists the files of the registry that have none of these contents.
func (w *world) left(but ...string) (files []string) {
	w.Helper()
	known := map[string]bool{}
	for _, content := range but {
		known[strings.TrimPrefix(digestOf(content), "sha256:")] = true
	}
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !known[d.Name()] {
			files = append(files, path)
		}
		if os.IsNotExist(err) {
			return nil
		}
		return err
	})
	w.must(err)
	return files
}
