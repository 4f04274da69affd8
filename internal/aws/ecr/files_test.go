package ecr

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	start = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}
	web   = &Repository{Scope: scope, Name: "web", Mutability: "MUTABLE"}
	api   = &Repository{Scope: scope, Name: "team/api", Mutability: "MUTABLE"}
)

func digestOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// shelf is files with the store of their rows.
type shelf struct {
	*Files
	dir string
}

func openShelf(t *testing.T, bound int64) *shelf {
	t.Helper()
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "registry")
	f, err := OpenFiles(dir, s, bound)
	if err != nil {
		t.Fatal(err)
	}
	s2 := &shelf{f, dir}
	t.Cleanup(func() {
		if got, want := s2.Size(), s2.onDisk(t); got != want {
			t.Errorf("%d bytes count, and %d are on the disk", got, want)
		}
		s.Close()
	})
	return s2
}

// onDisk is how many bytes all files have.
func (s *shelf) onDisk(t *testing.T) (size int64) {
	t.Helper()
	err := filepath.Walk(s.dir, func(_ string, info os.FileInfo, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil // nothing was pushed
		}
		if err == nil && info.Mode().IsRegular() {
			size += info.Size()
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return size
}

// layer adds the row of a layer.
func (s *shelf) layer(r *Repository, digest string) func(size int64) error {
	return func(size int64) error {
		return s.store.Update(func(tx *store.Tx) error {
			Layers.Put(tx, &Layer{Scope: r.Scope, Repository: r.Name, Digest: digest, Size: size})
			return nil
		})
	}
}

// push uploads content to a repository.
func (s *shelf) push(t *testing.T, r *Repository, content string) *Upload {
	t.Helper()
	u, err := s.Begin(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.Append(0, strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	return u
}

// has fails unless a file is there with its content, or not there.
func (s *shelf) has(t *testing.T, content string, want bool) {
	t.Helper()
	file, size, err := s.Open(digestOf(content))
	if !want {
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%.20q is there: %v", content, err)
		}
		return
	}
	if err != nil {
		t.Error(err)
		return
	}
	defer file.Close()
	if got, err := io.ReadAll(file); err != nil || string(got) != content || size != int64(len(content)) {
		t.Errorf("got %.20q of %d bytes and %v, want %.20q", got, size, err, content)
	}
}

func (s *shelf) empty(t *testing.T) {
	t.Helper()
	if left := s.onDisk(t); left != 0 || len(s.uploads) != 0 {
		t.Errorf("%d bytes and the uploads %v are left", left, s.uploads)
	}
}

func TestAnUploadGoesOnWhereItWasCut(t *testing.T) {
	s := openShelf(t, 0)
	u, err := s.Begin(web)
	if err != nil {
		t.Fatal(err)
	}
	cut := iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("Hello, world")))
	if n, err := u.Append(0, cut); n != 1 || !errors.Is(err, iotest.ErrTimeout) {
		t.Fatalf("added %d: %v", n, err)
	}
	var offset *OffsetError
	for _, wrong := range []int64{0, 2} {
		if _, err := u.Append(wrong, strings.NewReader("x")); !errors.As(err, &offset) || offset.Size != 1 {
			t.Fatalf("at byte %d: %v", wrong, err)
		}
	}
	if u, err = s.Upload(web, u.ID); err != nil {
		t.Fatal(err)
	}
	for _, at := range []struct {
		offset int64
		part   string
	}{{1, "ello"}, {AtEnd, ", "}, {7, "world"}} {
		if n, err := u.Append(at.offset, strings.NewReader(at.part)); err != nil || n != int64(len(at.part)) {
			t.Fatalf("added %d: %v", n, err)
		}
	}
	digest := digestOf("Hello, world")
	if err := u.Commit(digest, s.layer(web, digest)); err != nil {
		t.Fatal(err)
	}
	s.has(t, "Hello, world", true)
	if l := Layers.Find(s.store.Read(), web, digest); l.Size != 12 {
		t.Errorf("the layer has %d bytes", l.Size)
	}
	var gone *UploadNotFoundError
	if _, err := u.Append(AtEnd, strings.NewReader("more")); !errors.As(err, &gone) || gone.ID != u.ID {
		t.Errorf("after its end: %v", err)
	}
	if err := u.Commit(digest, s.layer(web, digest)); !errors.As(err, &gone) {
		t.Errorf("a second end: %v", err)
	}
	if err := u.Cancel(); err != nil {
		t.Errorf("cancel what is over: %v", err)
	}
}

func TestAnUploadBelongsToItsRepository(t *testing.T) {
	s := openShelf(t, 0)
	u := s.push(t, web, "x")
	var gone *UploadNotFoundError
	for _, r := range []*Repository{api, {Scope: arn.Scope{Region: "eu-west-2", Account: scope.Account}, Name: "web"}} {
		if _, err := s.Upload(r, u.ID); !errors.As(err, &gone) {
			t.Errorf("in %s: %v", r.ARN(), err)
		}
	}
	for _, id := range []string{"", "..", "../sha256", "nope"} {
		if _, err := s.Upload(web, id); !errors.As(err, &gone) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestRefusedContentLeavesNoFile(t *testing.T) {
	refused := errors.New("the row is refused")
	refuse := func(int64) error { return refused }
	for name, test := range map[string]struct {
		push func(s *shelf) error
		want func(error) bool
	}{
		"another digest": {
			func(s *shelf) error { return s.push(t, web, "x").Commit(digestOf("y"), refuse) },
			func(err error) bool {
				var wrong *DigestError
				return errors.As(err, &wrong) && wrong.Asked == digestOf("y") && wrong.Found == digestOf("x")
			},
		},
		"a path for a digest": {
			func(s *shelf) error { return s.push(t, web, "x").Commit("sha256:../../x", refuse) },
			func(err error) bool { return errors.As(err, new(*DigestError)) },
		},
		"no row": {
			func(s *shelf) error { return s.push(t, web, "x").Commit(digestOf("x"), refuse) },
			func(err error) bool { return errors.Is(err, refused) },
		},
		"no row of a manifest": {
			func(s *shelf) error { return s.Put([]byte("x"), func(string) error { return refused }) },
			func(err error) bool { return errors.Is(err, refused) },
		},
		"no room for the row": {
			func(s *shelf) error {
				return s.push(t, web, "x").Commit(digestOf("x"), func(int64) error { return fmt.Errorf("write the row: %w", syscall.ENOSPC) })
			},
			func(err error) bool { return errors.Is(err, ErrFull) },
		},
		"cancelled": {
			func(s *shelf) error { return s.push(t, web, "x").Cancel() },
			func(err error) bool { return err == nil },
		},
		"too much": {
			func(s *shelf) error {
				u, _ := s.Begin(web)
				_, err := u.Append(0, bytes.NewReader(make([]byte, 2<<20)))
				return err
			},
			func(err error) bool { return errors.Is(err, ErrFull) },
		},
		"too large a manifest": {
			func(s *shelf) error { return s.Put(make([]byte, 2<<20), func(string) error { return nil }) },
			func(err error) bool { return errors.Is(err, ErrFull) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := openShelf(t, 1<<20)
			if err := test.push(s); !test.want(err) {
				t.Errorf("got %v", err)
			}
			s.empty(t)
		})
	}
}

func TestAFullRegistryTakesWhatStillFits(t *testing.T) {
	s := openShelf(t, 10)
	first := s.push(t, web, "123456")
	u, _ := s.Begin(web)
	if _, err := u.Append(0, strings.NewReader("12345")); !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	if err := first.Commit(digestOf("123456"), s.layer(web, digestOf("123456"))); err != nil {
		t.Error(err)
	}
	last := s.push(t, web, "1234")
	if err := last.Commit(digestOf("1234"), s.layer(web, digestOf("1234"))); err != nil {
		t.Error(err)
	}
	s.has(t, "123456", true)
	s.has(t, "1234", true)
}

// An engine that begins a push again does not end what it had begun.
func TestAFullRegistryGivesUpWhatRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, 10)
		s.push(t, web, "123456")
		time.Sleep(abandonedAfter - time.Second)
		u, _ := s.Begin(web)
		if _, err := u.Append(0, strings.NewReader("12345")); !errors.Is(err, ErrFull) {
			t.Errorf("an upload that rested for less: %v", err)
		}
		time.Sleep(time.Second)
		again := s.push(t, web, "123456")
		if err := again.Commit(digestOf("123456"), s.layer(web, digestOf("123456"))); err != nil {
			t.Error(err)
		}
		s.has(t, "123456", true)
	})
}

func TestPushesOfOneLayerAtOnce(t *testing.T) {
	s := openShelf(t, 0)
	content := strings.Repeat("layer", 300_000)
	digest := digestOf(content)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			r := []*Repository{web, api}[i%2]
			u, err := s.Begin(r)
			if err == nil {
				_, err = u.Append(0, strings.NewReader(content))
			}
			if err == nil {
				err = u.Commit(digest, s.layer(r, digest))
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s.has(t, content, true)
	if size := s.Size(); size != int64(len(content)) {
		t.Errorf("it takes %d bytes", size)
	}
}

func TestTwoWhoAddToOneUpload(t *testing.T) {
	s := openShelf(t, 0)
	u, _ := s.Begin(web)
	slow, more := io.Pipe()
	done := make(chan error)
	go func() {
		_, err := u.Append(0, slow)
		done <- err
	}()
	io.WriteString(more, "slow")
	io.WriteString(more, "") // is read when the first part is written
	if _, err := u.Append(4, strings.NewReader(" and fast")); err != nil {
		t.Fatal(err)
	}
	io.WriteString(more, "er")
	if err := <-done; !errors.As(err, new(*OffsetError)) {
		t.Errorf("the one that was overtaken got %v", err)
	}
	if err := u.Commit(digestOf("slow and fast"), s.layer(web, digestOf("slow and fast"))); err != nil {
		t.Error(err)
	}
}

func TestUnfinishedUploadsAreOverWithTheEmulator(t *testing.T) {
	s := openShelf(t, 0)
	u := s.push(t, web, "half of")
	if err := s.push(t, web, "whole").Commit(digestOf("whole"), s.layer(web, digestOf("whole"))); err != nil {
		t.Fatal(err)
	}
	again, err := OpenFiles(s.dir, s.store, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.Files = again
	if _, err := s.Upload(web, u.ID); !errors.As(err, new(*UploadNotFoundError)) {
		t.Errorf("got %v", err)
	}
	s.has(t, "whole", true)
	if s.Size() != 5 {
		t.Errorf("it takes %d bytes", s.Size())
	}
}

func TestOpeningRemovesWhatACrashHasLeft(t *testing.T) {
	s := openShelf(t, 0)
	if err := s.Put([]byte("named"), func(digest string) error { return s.layer(web, digest)(5) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Put([]byte("unnamed"), func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	again, err := OpenFiles(s.dir, s.store, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.Files = again
	s.has(t, "named", true)
	s.has(t, "unnamed", false)
}

func TestSweepRemovesWhatNoRowNamesForADay(t *testing.T) {
	s := openShelf(t, 0)
	sweep := func(after time.Duration) {
		t.Helper()
		if err := s.Sweep(start.Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Put([]byte("named"), func(digest string) error { return s.layer(web, digest)(5) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Put([]byte("unnamed"), func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	idle, busy := s.push(t, web, "idle"), s.push(t, web, "bu")
	sweep(0)
	sweep(23 * time.Hour)
	s.has(t, "unnamed", true)
	if _, err := busy.Append(AtEnd, strings.NewReader("sy")); err != nil {
		t.Fatal(err)
	}
	reader, _, err := s.Open(digestOf("unnamed"))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	sweep(24 * time.Hour)
	s.has(t, "unnamed", false)
	s.has(t, "named", true)
	if got, err := io.ReadAll(reader); err != nil || string(got) != "unnamed" {
		t.Errorf("its reader got %q and %v", got, err)
	}
	if _, err := s.Upload(web, idle.ID); err == nil {
		t.Error("the idle upload is there")
	}
	if err := busy.Commit(digestOf("busy"), s.layer(web, digestOf("busy"))); err != nil {
		t.Error(err)
	}
}

func TestDiscardLeavesWhatARowNamesOrIsAboutTo(t *testing.T) {
	s := openShelf(t, 0)
	all := []string{digestOf("named"), digestOf("held"), digestOf("free"), digestOf("missing"), "sha256:../../etc/passwd", ""}
	if err := s.Put([]byte("named"), func(digest string) error { return s.layer(web, digest)(5) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Put([]byte("free"), func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := s.Put([]byte("held"), func(string) error { return s.Discard(all...) }); err != nil {
		t.Fatal(err)
	}
	s.has(t, "named", true)
	s.has(t, "held", true)
	s.has(t, "free", false)
}

func TestResetLeavesNoFile(t *testing.T) {
	s := openShelf(t, 0)
	s.push(t, web, "unfinished")
	if err := s.push(t, web, "whole").Commit(digestOf("whole"), s.layer(web, digestOf("whole"))); err != nil {
		t.Fatal(err)
	}
	if err := s.store.Reset(); err != nil {
		t.Fatal(err)
	}
	if err := s.Files.Reset(); err != nil {
		t.Fatal(err)
	}
	s.empty(t)
}
