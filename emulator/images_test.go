package emulator_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/crane"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// imageWorld is an emulator with a repository and a login.
type imageWorld struct {
	*world
	dir      string // of the registry
	password string
}

func startImages(t *testing.T, o emulator.Options) *imageWorld {
	t.Helper()
	w := &imageWorld{world: start(t, o), dir: filepath.Join(o.DataDir, "registry")}
	w.createRepository()
	return w
}

func (w *imageWorld) createRepository() {
	w.Helper()
	home := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	w.must(w.srv.Rows().Update(func(tx *store.Tx) error {
		ecr.Repositories.Put(tx, &ecr.Repository{Scope: home, Name: "web", Mutability: "MUTABLE"})
		return nil
	}))
	w.logIn()
}

func (w *imageWorld) logIn() {
	w.Helper()
	var err error
	w.password, err = ecr.NewLogins(w.srv.Rows()).Password(ecr.Login{
		Account: "000000000000", Region: "us-east-1", Issued: w.srv.Clock().Now().UnixMilli(),
	})
	w.must(err)
}

func (w *imageWorld) ref(tag string) string {
	return w.srv.RepositoryURI("web") + ":" + tag
}

// login logs in, and does not try again after a 5xx.
func (w *imageWorld) login() crane.Option {
	return func(o *crane.Options) {
		crane.WithAuth(&authn.Basic{Username: "AWS", Password: w.password})(o)
		o.Remote = append(o.Remote, remote.WithRetryStatusCodes(http.StatusTeapot),
			remote.WithRetryBackoff(remote.Backoff{Duration: time.Millisecond, Steps: 1}))
	}
}

// image is an image that no other one shares a layer with.
func (w *imageWorld) image(size int64) v1.Image {
	w.Helper()
	image, err := random.Image(size, 3)
	w.must(err)
	return image
}

// whole fails unless a tag leads to a whole image.
func (w *imageWorld) whole(tag string) {
	w.Helper()
	image, err := crane.Pull(w.ref(tag), w.login())
	if err == nil {
		err = validate.Image(image)
	}
	if err != nil {
		w.Errorf("the image %s is not whole: %v", tag, err)
	}
}

// beginUpload begins an upload and sends a part of it.
func (w *imageWorld) beginUpload() (location string) {
	w.Helper()
	answer := w.send(http.MethodPost, "/v2/web/blobs/uploads/", "", http.StatusAccepted)
	w.send(http.MethodPatch, answer.Header.Get("Location"), "half of", http.StatusAccepted)
	return answer.Header.Get("Location")
}

func (w *imageWorld) send(method, path, content string, status int) *http.Response {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, w.srv.URL()+path, strings.NewReader(content))
	w.must(err)
	req.SetBasicAuth("AWS", w.password)
	answer, err := http.DefaultClient.Do(req)
	w.must(err)
	answer.Body.Close()
	if answer.StatusCode != status {
		w.Errorf("%s %s: %s, want %d", method, path, answer.Status, status)
	}
	return answer
}

// files counts the files of the registry, and those that no row names.
func (w *imageWorld) files() (all, unnamed int) {
	w.Helper()
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) || err == nil && d.IsDir() {
			return nil
		}
		all++
		if !ecr.InUse(w.srv.Rows().Read(), "sha256:"+filepath.Base(path)) {
			unnamed++
		}
		return err
	})
	w.must(err)
	return all, unnamed
}

func TestImagesOutliveTheEmulator(t *testing.T) {
	t.Parallel()
	o := emulator.Options{DataDir: t.TempDir()}
	w := startImages(t, o)
	w.must(crane.Push(w.image(1000), w.ref("v1"), w.login()))
	upload := w.beginUpload()
	if all, unnamed := w.files(); all != 6 || unnamed != 1 {
		t.Errorf("%d files, %d of them without a row", all, unnamed)
	}
	w.must(w.srv.Close())
	w.world = start(t, o)
	w.whole("v1") // the password still holds
	w.send(http.MethodPatch, upload, "another half", http.StatusNotFound)
	if all, unnamed := w.files(); all != 5 || unnamed != 0 {
		t.Errorf("%d files, %d of them without a row", all, unnamed)
	}
}

func TestResetEmptiesTheRegistry(t *testing.T) {
	w := startImages(t, emulator.Options{DataDir: t.TempDir()})
	w.must(crane.Push(w.image(1000), w.ref("v1"), w.login()))
	w.beginUpload()
	w.must(w.srv.Reset())
	if all, _ := w.files(); all != 0 {
		t.Errorf("%d files are left", all)
	}
	w.send(http.MethodGet, "/v2/", "", http.StatusUnauthorized)
	w.createRepository()
	w.send(http.MethodGet, "/v2/web/manifests/v1", "", http.StatusNotFound)
	w.must(crane.Push(w.image(1000), w.ref("v1"), w.login()))
	w.whole("v1")
}

// What tidies temporary folders removes files of the registry.
func TestAPushBringsBackFilesThatWereRemoved(t *testing.T) {
	w := startImages(t, emulator.Options{DataDir: t.TempDir()})
	image := w.image(1000)
	w.must(crane.Push(image, w.ref("v1"), w.login()))
	w.must(os.RemoveAll(w.dir))
	w.must(crane.Push(image, w.ref("v1"), w.login()))
	w.whole("v1")
}

// It is not parallel, as it sets the folder of temporary files for the whole process.
func TestATemporaryFolderThatAKillHasLeftGoesWithTheNextFirstPush(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	folders := func() []string {
		found, _ := filepath.Glob(filepath.Join(os.TempDir(), "ecs-emulator-registry-*"))
		return found
	}
	alive := startImages(t, emulator.Options{})
	if got := folders(); len(got) > 0 {
		t.Errorf("%q are there before a push", got)
	}
	alive.must(crane.Push(alive.image(1000), alive.ref("v1"), alive.login()))
	left := filepath.Join(os.TempDir(), "ecs-emulator-registry-left")
	alive.must(os.CopyFS(left, os.DirFS(folders()[0]))) // as of a process that is gone, which holds nothing in it
	w := startImages(t, emulator.Options{})
	w.must(crane.Push(w.image(1000), w.ref("v1"), w.login()))
	w.eventually("it is removed", func() bool { return !slices.Contains(folders(), left) })
	alive.whole("v1")
	if got := folders(); len(got) != 2 {
		t.Errorf("there are %q", got)
	}
	alive.must(alive.srv.Close())
	w.must(w.srv.Close())
	if got := folders(); len(got) > 0 {
		t.Errorf("%q are left", got)
	}
}

func TestWhatNoManifestNamesGoesAfterADay(t *testing.T) {
	w := startImages(t, emulator.Options{DataDir: t.TempDir()})
	w.must(crane.Push(w.image(1000), w.ref("v1"), w.login()))
	const digest = "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" // of x
	w.send(http.MethodPost, "/v2/web/blobs/uploads/?digest="+digest, "x", http.StatusCreated)
	w.beginUpload()
	w.must(w.srv.Clock().Advance(23 * time.Hour))
	w.logIn()
	w.send(http.MethodHead, "/v2/web/blobs/"+digest, "", http.StatusOK)
	w.must(w.srv.Clock().Advance(2 * time.Hour))
	w.send(http.MethodHead, "/v2/web/blobs/"+digest, "", http.StatusNotFound)
	w.must(w.srv.Clock().Advance(25 * time.Hour))
	w.logIn()
	if all, unnamed := w.files(); all != 5 || unnamed != 0 {
		t.Errorf("%d files, %d of them without a row", all, unnamed)
	}
	w.whole("v1")
}

// TestAPushThatTheDiskCutsShort has the emulator die at each write of a push.
func TestAPushThatTheDiskCutsShort(t *testing.T) {
	t.Parallel()
	var room atomic.Int64
	room.Store(unlimited)
	o := emulator.WithDisk(emulator.Options{Backend: sim.New(sim.Options{}), DataDir: t.TempDir()}, func() error {
		if room.Add(-1) < 0 {
			return errors.New("no space left on device")
		}
		return nil
	})
	w := startImages(t, o)
	pushed := []string{}
	for writes := int64(0); ; writes++ {
		tag := fmt.Sprint("v", writes)
		image := w.image(1000)
		room.Store(writes)
		err := crane.Push(image, w.ref(tag), w.login())
		if err == nil {
			pushed = append(pushed, tag)
		}
		w.srv.Die()
		room.Store(unlimited)
		w.world = start(t, o)
		if all, unnamed := w.files(); unnamed != 0 {
			t.Errorf("after %d writes %d of %d files have no row", writes, unnamed, all)
		}
		for _, tag := range pushed {
			w.whole(tag)
		}
		w.must(crane.Push(image, w.ref(tag), w.login()))
		w.whole(tag)
		if err == nil {
			return
		}
	}
}
