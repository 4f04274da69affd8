package imagecache_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagecache"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

// shelf is an engine's images, and a clock that each look moves.
type shelf struct {
	*testing.T
	images   []backend.StoredImage
	stamps   map[string]string
	rows     *store.Store
	cache    *imagecache.Cache
	log      strings.Builder
	now      time.Time
	tick     time.Duration                              // from look to look at the clock
	asked    func()                                     // by the next one that lists images
	removing func(ctx context.Context, id string) error // nil: as the engine does
	cleans   func(func(context.Context))                // nil: at once
}

// newShelf has images of one byte each, of which the cache may have some.
func newShelf(t *testing.T, size int64) *shelf {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{T: t, rows: rows, now: time.Unix(1e9, 0), tick: time.Minute, stamps: map[string]string{}}
	s.restart(size)
	return s
}

// restart has another cache, which knows the rows alone.
func (s *shelf) restart(size int64) {
	s.cache = imagecache.New(imagecache.Options{
		Store: s.rows, Log: slog.New(slog.NewTextHandler(&s.log, nil)), Engine: s, Size: size, EngineID: func() string { return "engine" },
		Now: func() time.Time { s.now = s.now.Add(s.tick); return s.now },
		Go: func(f func(context.Context)) {
			if s.cleans != nil {
				s.cleans(f)
				return
			}
			f(s.Context())
		},
	})
}

// Images implements backend.ImageCleaner.
func (s *shelf) Images(ctx context.Context) ([]backend.StoredImage, error) {
	if asked := s.asked; asked != nil {
		s.asked = nil
		asked()
	}
	return slices.Clone(s.images), ctx.Err()
}

// ImageStamp implements backend.ImageCleaner.
func (s *shelf) ImageStamp(_ context.Context, id string) (string, error) {
	if s.find(id) < 0 {
		return "", backend.ErrNotFound
	}
	return s.stamps[id], nil
}

// RemoveImage implements backend.ImageCleaner.
func (s *shelf) RemoveImage(ctx context.Context, id string, _ []string) error {
	if s.removing != nil {
		if err := s.removing(ctx, id); err != nil {
			return err
		}
	}
	switch i := s.find(id); {
	case i < 0:
		return errors.New("no such image")
	case s.images[i].Used:
		s.Errorf("%s is to be removed, and is in use", id)
		return errors.New("conflict")
	default:
		s.images = slices.Delete(s.images, i, i+1)
		return nil
	}
}

func (s *shelf) find(id string) int {
	return slices.IndexFunc(s.images, func(each backend.StoredImage) bool { return each.ID == id })
}

// name gives an image a name, as any client of the engine may.
func (s *shelf) name(id string, names ...string) {
	if s.find(id) < 0 {
		s.images = append(s.images, backend.StoredImage{ID: id, Size: 1})
	}
	at := &s.images[s.find(id)]
	at.Names = append(at.Names, names...)
}

// pull pulls an image id under the name id:1 for a task.
func (s *shelf) pull(task, id string) {
	pull := s.cache.Begin(s.Context())
	s.name(id, id+":1", id+"@sha256:"+strings.Repeat("0", 64))
	pull.End(s.Context(), task, backend.PullSpec{Ref: id + ":1"}, id, true)
}

// runs adds a task, which runs until the function is called.
func (s *shelf) runs(name string) (task string, end func()) {
	task = scope.Task("default", name)
	s.update(func(tx *store.Tx) {
		state.AddTask(tx, &state.Task{ARN: task, Spec: &state.TaskSpec{ClusterARN: scope.Cluster("default"), Group: "family:web"}, Placement: &state.Placement{}})
	})
	return task, func() { s.update(func(tx *store.Tx) { state.RemoveTask(tx, state.FindTask(tx, task)) }) }
}

func (s *shelf) update(fn func(tx *store.Tx)) {
	if err := s.rows.Update(func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		s.Fatal(err)
	}
}

func (s *shelf) expect(when string, want ...string) {
	s.Helper()
	var ids []string
	for _, each := range s.images {
		ids = append(ids, each.ID)
	}
	if !slices.Equal(ids, want) {
		s.Errorf("%s there are %v, want %v", when, ids, want)
	}
}

func TestWhatWasUsedLongestAgoGoesFirst(t *testing.T) {
	s := newShelf(t, 4)
	s.pull("", "a")
	s.pull("", "b")
	s.pull("", "c")
	s.cache.Look(s.Context(), "", func() string { return "a" }) // for a task that has ended since
	s.pull("", "d")
	s.expect("within the size", "a", "b", "c", "d")
	s.pull("", "e")
	s.expect("after a fifth one", "a", "c", "d", "e")
	s.cache.Look(s.Context(), "", func() string { return "c" })
	s.pull("", "e") // again
	s.restart(3)
	s.pull("", "f")
	s.expect("after a restart, with less room", "c", "e", "f")
}

func TestWhatIsUsedStays(t *testing.T) {
	s := newShelf(t, 0)
	task, end := s.runs("one")
	s.pull(task, "a")
	s.pull("", "b")
	s.images[s.find("a")].Used = true
	s.pull("", "c")
	s.expect("while a task and a container have the first", "a")
	s.images[s.find("a")].Used = false
	s.pull("", "d")
	s.expect("while a task has it", "a")
	s.images[s.find("a")].Used = true
	end()
	s.pull("", "e")
	s.expect("while a container has it", "a")
	s.images[s.find("a")].Used = false
	s.pull("", "e")
	s.expect("when nothing has it")
}

// A task whose container is not made yet is known to the store alone after a restart.
func TestWhatATaskHasPulledBeforeARestartStays(t *testing.T) {
	s := newShelf(t, 1)
	task, _ := s.runs("one")
	s.pull(task, "a")
	s.update(func(tx *store.Tx) {
		if err := state.PutTaskStatus(tx, task, state.TaskStep{Status: state.TaskStatus{Containers: []state.Container{{Name: "app", ImageID: "a"}}}}); err != nil {
			t.Fatal(err)
		}
	})
	s.restart(1)
	s.pull("", "b")
	s.expect("after a restart", "a")
}

func TestWhatOthersHaveStays(t *testing.T) {
	s := newShelf(t, 1)
	s.name("built", "mine:1")
	s.name("there", "there:1")
	s.pull("", "there") // again
	s.name("nameless")  // as a build leaves it whose name has moved on
	s.pull("", "nameless")
	s.pull("", "tagged")
	s.name("tagged", "mine:2")
	s.pull("", "another")
	s.name("another", "elsewhere@sha256:"+strings.Repeat("0", 64)) // which another emulator has pulled
	s.pull("", "a")
	s.pull("", "b")
	s.expect("beside what others have", "built", "there", "nameless", "tagged", "another", "b")
	s.images = slices.DeleteFunc(s.images, func(each backend.StoredImage) bool { return each.ID == "b" })
	pull := s.cache.Begin(t.Context()) // sees that it is gone
	s.name("b", "b:1")
	pull.End(t.Context(), "", backend.PullSpec{}, "", false)
	s.pull("", "d")
	s.pull("", "e")
	s.expect("when a user has it again", "built", "there", "nameless", "tagged", "another", "b", "e")
}

func TestWhatIsPulledUnderASecondNameStaysTheCaches(t *testing.T) {
	s := newShelf(t, 1)
	s.pull("", "a")
	pull := s.cache.Begin(t.Context())
	s.name("a", "a:2", "127.0.0.1:4577/a@sha256:"+strings.Repeat("0", 64), "registry/a:2")
	spec := backend.PullSpec{Ref: "127.0.0.1:4577/a@sha256:" + strings.Repeat("0", 64), Tag: "registry/a:2"}
	pull.End(t.Context(), "", spec, "a", true)
	s.pull("", "b")
	s.expect("with a tag that no pull gave it", "a", "b")
	pull = s.cache.Begin(t.Context())
	s.images[s.find("a")].Names = slices.DeleteFunc(s.images[s.find("a")].Names, func(name string) bool { return name == "a:2" })
	pull.End(t.Context(), "", backend.PullSpec{}, "", false)
	s.expect("without that", "b")
}

func TestNothingGoesDuringAPull(t *testing.T) {
	s := newShelf(t, 1)
	slow := s.cache.Begin(t.Context())
	s.pull("", "a")
	s.pull("", "b")
	s.expect("during a pull", "a", "b")
	slow.End(t.Context(), "", backend.PullSpec{}, "", false)
	s.expect("after it", "b")

	slow = s.cache.Begin(t.Context())
	s.pull("", "c")
	var another *imagecache.Pull
	s.asked = func() { another = s.cache.Begin(t.Context()) } // while the end of the first one has images removed
	slow.End(t.Context(), "", backend.PullSpec{}, "", false)
	s.expect("during a pull that began in between", "b", "c")
	another.End(t.Context(), "", backend.PullSpec{}, "", false)
	s.expect("after that", "c")
}

func TestWithoutACacheAllStays(t *testing.T) {
	var none *imagecache.Cache
	looked := false
	none.Look(t.Context(), "", func() string { looked = true; return "a" })
	none.Begin(t.Context()).End(t.Context(), "", backend.PullSpec{}, "a", true)
	if !looked {
		t.Error("it does not look")
	}
}
