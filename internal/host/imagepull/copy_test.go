package imagepull_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// shelf is an engine that can pull nothing, with images by their names. It takes a second to save one.
type shelf struct {
	backend.Engine
	mu            sync.Mutex
	images        map[string]backend.Image
	silent        bool                    // it answers no Info
	slow          time.Duration           // for which it looks at an image
	saves         saving                  // what becomes of a stream; nil: it is whole
	loads         func(name string) error // nil: each is a success
	saved, loaded []string
}

const denied = "pull access denied"

func (*shelf) Pull(context.Context, backend.PullSpec) error { return errors.New(denied) }

func (s *shelf) Info(context.Context) (backend.Info, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.silent {
		return backend.Info{}, backend.ErrUnavailable
	}
	return backend.Info{Architecture: "amd64"}, nil
}

func (s *shelf) Image(ctx context.Context, ref, _ string) (backend.Image, error) {
	select {
	case <-time.After(s.slow):
	case <-ctx.Done():
		return backend.Image{}, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, image := range s.images {
		if name == ref || image.ID == ref || slices.Contains(image.Digests, ref) {
			return image, nil
		}
	}
	return backend.Image{}, &backend.NotFoundError{Kind: backend.KindImage, Err: errors.New("No such image: " + ref)} //nolint:staticcheck // the engine's own text
}

func (s *shelf) SaveImage(ctx context.Context, ref, _ string) (io.ReadCloser, error) {
	image, err := s.Image(ctx, ref, "")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saved = append(s.saved, ref)
	var stream io.Reader = io.MultiReader(&patient{ctx, time.Second}, strings.NewReader(ref+" "+image.ID))
	if s.saves != nil {
		stream = s.saves(ctx, stream)
	}
	return io.NopCloser(stream), nil
}

// saving is what becomes of a stream.
type saving func(ctx context.Context, r io.Reader) io.Reader

// patient ends after a while.
type patient struct {
	context.Context
	while time.Duration
}

func (p *patient) Read([]byte) (int, error) {
	select {
	case <-time.After(p.while):
		return 0, io.EOF
	case <-p.Done():
		return 0, p.Err()
	}
}

// LoadImage gives an image the name by which it was saved, unless that is a digest.
func (s *shelf) LoadImage(_ context.Context, saved io.Reader) error {
	all, err := io.ReadAll(saved)
	if err != nil {
		return fmt.Errorf("%w: a request broke off", backend.ErrUnavailable)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name, id, whole := bytes.Cut(all, []byte(" "))
	if !whole {
		return errors.New("unexpected EOF")
	}
	if s.loads != nil {
		if err := s.loads(string(name)); err != nil {
			return err
		}
	}
	s.loaded = append(s.loaded, string(name))
	if bytes.Contains(name, []byte("@")) {
		name = id
	}
	if s.images == nil {
		s.images = map[string]backend.Image{}
	}
	s.images[string(name)] = amd64(string(id))
	return nil
}

func amd64(id string, digests ...string) backend.Image {
	return backend.Image{ID: id, OS: "linux", Architecture: "amd64", Digests: digests}
}

// several are the engines a, b and c, which copy images.
type several struct {
	*testing.T
	engines map[string]*shelf
	pullers []*imagepull.Puller
}

func withSeveral(t *testing.T, story func(s *several)) {
	synctest.Test(t, func(t *testing.T) {
		s := &several{T: t, engines: map[string]*shelf{}}
		for _, name := range []string{"a", "b", "c"} {
			engine := &shelf{}
			calls := enginecall.New(engine, &enginecall.Tracker{}, slog.New(slog.DiscardHandler))
			calls.Found(calls.Losses())
			life, end := context.WithCancel(t.Context())
			calls.Begin(life)
			t.Cleanup(func() { end(); calls.End() })
			s.engines[name] = engine
			s.pullers = append(s.pullers, &imagepull.Puller{Engine: calls, Place: imagepull.Place{
				Name: name, Command: "docker --host " + name, Others: func() []*imagepull.Puller { return s.pullers }, Copies: true,
				Log: slog.New(slog.DiscardHandler),
			}})
		}
		story(s)
	})
}

// have gives an engine an image.
func (s *several) have(engine, name string, image backend.Image) {
	s.engines[engine].images = map[string]backend.Image{name: image}
}

// pull pulls for a task on a.
func (s *several) pull(ctx context.Context, c imagepull.Choice) (imagepull.Found, error) {
	return s.pullers[0].Pull(ctx, imagepull.Agent{Task: "task", Behavior: imagepull.PreferCached}, c, backend.PullSpec{})
}

var (
	app    = imagepull.Choice{Ref: "app:1"}
	digest = "sha256:" + strings.Repeat("d", 64)
)

// A task may still pull when the copy for another one has come.
func TestACopyThatHasJustCome(t *testing.T) {
	withSeveral(t, func(s *several) {
		s.have("b", "app:1", amd64("sha256:1"))
		for range 2 {
			if found, err := s.pull(s.Context(), app); err != nil || found.ID != "sha256:1" {
				s.Errorf("%+v, %v", found, err)
			}
		}
		s.have("a", "app:1", amd64("sha256:2"))
		if found, err := s.pull(s.Context(), app); err == nil || len(s.engines["a"].loaded) != 1 {
			s.Errorf("of an image that has taken its name: %+v, %v", found, err)
		}
	})
}

func TestManyTasksCopyAnImageOnce(t *testing.T) {
	withSeveral(t, func(s *several) {
		s.have("b", "app:1", amd64("sha256:1"))
		var tasks sync.WaitGroup
		for range 20 {
			for _, p := range []*imagepull.Puller{s.pullers[0], s.pullers[2]} {
				tasks.Go(func() {
					found, err := p.Pull(s.Context(), imagepull.Agent{Task: "task"}, app, backend.PullSpec{})
					if err != nil || found.ID != "sha256:1" || found.Name != "app:1" || found.Pulled {
						s.Errorf("on %s: %+v, %v", p.Name, found, err)
					}
				})
			}
		}
		tasks.Wait()
		for _, name := range []string{"a", "c"} {
			if got := s.engines[name].loaded; !slices.Equal(got, []string{"app:1"}) {
				s.Errorf("%s has loaded %q", name, got)
			}
		}
	})
}

func TestACopyEndsWithItsLastTask(t *testing.T) {
	withSeveral(t, func(s *several) {
		s.have("b", "app:1", amd64("sha256:1"))
		began, ended := time.Now(), map[string]time.Duration{}
		var mu sync.Mutex
		for name, after := range map[string]time.Duration{"first": 300 * time.Millisecond, "second": 600 * time.Millisecond} {
			ctx, cancel := context.WithTimeout(s.Context(), after)
			defer cancel()
			go func() {
				_, err := s.pull(ctx, app)
				mu.Lock()
				defer mu.Unlock()
				if ended[name] = time.Since(began); !errors.Is(err, context.DeadlineExceeded) {
					s.Errorf("%s: %v", name, err)
				}
			}()
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if ended["first"] != 300*time.Millisecond || ended["second"] != 600*time.Millisecond || len(s.engines["a"].loaded) > 0 {
			s.Errorf("they end after %v; a has loaded %q", ended, s.engines["a"].loaded)
		}
		if _, err := s.pull(s.Context(), app); err != nil || len(s.engines["b"].saved) != 2 {
			s.Errorf("a task after them: %v; b has saved %q", err, s.engines["b"].saved)
		}
	})
}

// A copy that fails is tried with the next engine. What is wrong with the others is not wrong with the task's engine.
func TestACopyThatFails(t *testing.T) {
	breaks := func(_ context.Context, r io.Reader) io.Reader {
		return io.MultiReader(strings.NewReader("app"), iotest.ErrReader(fmt.Errorf("%w: unplugged", backend.ErrUnavailable)))
	}
	halves := func(_ context.Context, r io.Reader) io.Reader { return io.LimitReader(r, 3) }
	hangs := func(ctx context.Context, _ io.Reader) io.Reader { return &patient{ctx, time.Hour} }
	for name, c := range map[string]struct {
		b, c    saving
		prepare func(s *several)
		saved   []string // by b and by c
		loaded  bool
		want    string
		takes   time.Duration
	}{
		"no engine": {b: breaks, c: halves, saved: []string{"app:1", "app:1"}, want: denied + " (ecs-emulator: the engine c has this image, and a has not: " +
			"docker --host c save app:1 | docker --host a load; to copy it failed: unexpected EOF)", takes: time.Second},
		"the second":       {b: breaks, saved: []string{"app:1", "app:1"}, loaded: true, takes: time.Second},
		"one that stalls":  {b: hangs, saved: []string{"app:1", "app:1"}, loaded: true, takes: 10*time.Minute + time.Second},
		"one that is gone": {b: hangs, prepare: func(s *several) { time.AfterFunc(time.Second, func() { s.engines["b"].leave() }) }, saved: []string{"app:1", "app:1"}, loaded: true, takes: time.Minute + time.Second},
		"a full disk": {prepare: func(s *several) {
			s.engines["a"].loads = func(string) error { return errors.New("write /layer: no space left on device") }
		}, saved: []string{"app:1"}, want: "no space left on device", takes: time.Second},
		"the task's own engine": {prepare: func(s *several) {
			s.engines["a"].loads = func(string) error { return backend.ErrUnavailable }
		}, saved: []string{"app:1"}, want: backend.ErrUnavailable.Error(), takes: time.Second},
		"another platform": {prepare: func(s *several) {
			image := amd64("sha256:1")
			image.Architecture = "arm64"
			s.have("b", "app:1", image)
		}, saved: []string{"app:1"}, loaded: true, takes: time.Second},
		"none has it": {prepare: func(s *several) { s.engines["b"].images, s.engines["c"].images = nil, nil }, want: denied},
	} {
		t.Run(name, func(t *testing.T) {
			withSeveral(t, func(s *several) {
				s.have("b", "app:1", amd64("sha256:1"))
				s.have("c", "app:1", amd64("sha256:1"))
				s.engines["b"].saves, s.engines["c"].saves = c.b, c.c
				if c.prepare != nil {
					c.prepare(s)
				}
				began := time.Now()
				_, err := s.pull(s.Context(), app)
				saved := slices.Concat(s.engines["b"].saved, s.engines["c"].saved)
				if (err == nil) != (c.want == "") || err != nil && !strings.HasSuffix(err.Error(), c.want+")") && !strings.HasSuffix(err.Error(), c.want) {
					s.Errorf("%v; want %q", err, c.want)
				}
				if own := name == "the task's own engine"; errors.Is(err, backend.ErrUnavailable) != own {
					s.Errorf("the task's own engine is lost: %v", err)
				}
				if loaded := len(s.engines["a"].loaded) == 1; loaded != c.loaded || !slices.Equal(saved, c.saved) || time.Since(began) != c.takes {
					s.Errorf("after %s loaded %v, saved %q; want %s, %v, %q", time.Since(began), loaded, saved, c.takes, c.loaded, c.saved)
				}
			})
		})
	}
}

func (s *shelf) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = true
}

// A copy stands in for what is pulled where a local image would.
func TestWhoseImagesAreCopied(t *testing.T) {
	for name, c := range map[string]struct {
		by     imagepull.Behavior
		choice imagepull.Choice
		local  bool
		copied bool
		fails  bool
	}{
		"prefer-cached":         {by: imagepull.PreferCached, choice: app, copied: true},
		"default":               {by: imagepull.Default, choice: app, copied: true},
		"default, and local":    {by: imagepull.Default, choice: app, local: true},
		"always":                {by: imagepull.Always, choice: app, fails: true},
		"once":                  {by: imagepull.Once, choice: app, fails: true},
		"of the own registry":   {by: imagepull.Default, choice: imagepull.Choice{Ref: "app:1", Own: true}, fails: true},
		"of a name without tag": {by: imagepull.Default, choice: imagepull.Choice{Ref: "app"}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			withSeveral(t, func(s *several) {
				s.have("b", "app:1", amd64("sha256:1"))
				if c.local {
					s.have("a", "app:1", amd64("sha256:1"))
				}
				_, err := s.pullers[0].Pull(s.Context(), imagepull.Agent{Task: "task", Behavior: c.by}, c.choice, backend.PullSpec{})
				if copied := len(s.engines["a"].loaded) == 1; copied != c.copied || (err != nil) != c.fails {
					s.Errorf("copied: %v, %v", copied, err)
				}
				if err != nil && err.Error() != denied {
					s.Errorf("it says %v, and a copy would be of no use", err)
				}
			})
		})
	}
}

// An engine knows no digest of what it has loaded, unless its image store is containerd's.
func TestAnImageIsCopiedByItsDigest(t *testing.T) {
	for name, c := range map[string]imagepull.Choice{
		"of the definition": {Ref: "r/app@" + digest},
		"of the revision":   {Ref: "r/app:1", Digest: digest},
	} {
		t.Run(name, func(t *testing.T) {
			withSeveral(t, func(s *several) {
				s.have("b", "r/app:1", amd64("sha256:1", "r/app@"+digest))
				for range 2 {
					found, err := s.pull(s.Context(), c)
					if err != nil || found.ID != "sha256:1" || found.Name != "sha256:1" || found.Digest != digest {
						s.Errorf("%+v, %v", found, err)
					}
				}
				if got := s.engines["a"].loaded; !slices.Equal(got, []string{"r/app@" + digest}) {
					s.Errorf("a has loaded %q", got)
				}
				if found, err := s.pullers[0].Find(s.Context(), c, ""); err != nil || found.Name != "sha256:1" {
					s.Errorf("a later task finds %+v, %v", found, err)
				}
				delete(s.engines["a"].images, "sha256:1")
				if _, err := s.pull(s.Context(), c); err != nil || len(s.engines["a"].loaded) != 2 {
					s.Errorf("after it was removed: %v, loaded %q", err, s.engines["a"].loaded)
				}
			})
		})
	}
}

// An engine that hangs hides no other.
func TestTheHintNamesAnEngineThatAnswers(t *testing.T) {
	for ref, want := range map[string]string{
		"app":           "(ecs-emulator: the engine c has this image, and a has not: docker --host c save app:latest | docker --host a load)",
		"app@" + digest: "(ecs-emulator: the engine c has this image, and a has not: serve --copy-images copies it with its digest)",
	} {
		withSeveral(t, func(s *several) {
			s.have("b", ref, amd64("sha256:1"))
			s.have("c", ref, amd64("sha256:1"))
			s.engines["b"].slow = time.Hour
			s.pullers[0].Copies = false
			began := time.Now()
			_, err := s.pull(s.Context(), imagepull.Choice{Ref: ref})
			if err == nil || err.Error() != denied+" "+want || time.Since(began) != 2*time.Second {
				s.Errorf("after %s: %v; want %s", time.Since(began), err, want)
			}
		})
	}
}

func TestACopyThatTakesLongIsTold(t *testing.T) {
	withSeveral(t, func(s *several) {
		s.have("b", "app:1", amd64("sha256:1"))
		s.engines["b"].saves = func(_ context.Context, r io.Reader) io.Reader {
			return io.MultiReader(strings.NewReader("a"), &patient{s.Context(), 3 * time.Second}, strings.NewReader("pp:1 sha256:1"))
		}
		go func() { _, _ = s.pull(s.Context(), app) }()
		time.Sleep(2500 * time.Millisecond)
		pulls := s.pullers[0].LongPulls("task", 2*time.Second)
		if len(pulls) != 1 || pulls[0].Image != "app:1" {
			s.Fatalf("%+v", pulls)
		}
		if done, of := pulls[0].Bytes(); done != 1 || of != 0 {
			s.Errorf("%d of %d", done, of)
		}
		time.Sleep(time.Second)
		if n := s.pullers[0].UnderWay(); n != 0 {
			s.Errorf("%d are under way", n)
		}
	})
}
