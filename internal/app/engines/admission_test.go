package engines

import (
	"strings"
	"sync"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginerecord"
)

// late are the engines a and b, which have not answered in any run so far.
func late(t *testing.T) (a, b *Engine) {
	t.Helper()
	dir := t.TempDir()
	known := []enginerecord.Record{{Name: "a", Kind: "docker"}, {Name: "b", Kind: "docker"}}
	s := &Set{Options: Options{DataDir: dir, Known: known}, book: enginerecord.NewBook(dir, known)}
	for _, name := range []string{"a", "b"} {
		s.all = append(s.all, &Engine{Place: Place{Name: name, Kind: Docker}, set: s, guard: s.book.Guard(name, "unix:///"+name)})
	}
	return s.all[0], s.all[1]
}

func TestOfTwoLateEnginesThatAreOneTheFirstIsAdmitted(t *testing.T) {
	a, b := late(t)
	one := backend.Info{Name: "docker", ID: "one"}
	if err := a.Admit(one); err != nil {
		t.Fatal(err)
	}
	const want = "the engine b is the engine a as well: both have the id one"
	if err := b.Admit(one); err == nil || err.Error() != want || b.Refusal() != want {
		t.Errorf("%v, refused with %q; want %q", err, b.Refusal(), want)
	}
	if err := a.Admit(one); err != nil {
		t.Errorf("a is back: %v", err)
	}
	if err := b.Admit(backend.Info{Name: "docker", ID: "two"}); err != nil || b.Refusal() != "" {
		t.Errorf("b answers as itself: %v, %q", err, b.Refusal())
	}
}

func TestEnginesThatAnswerAtOnceAreAdmittedOneByOne(t *testing.T) {
	for range 50 {
		a, b := late(t)
		var errs [2]error
		var both sync.WaitGroup
		for i, e := range []*Engine{a, b} {
			both.Go(func() { errs[i] = e.Admit(backend.Info{Name: "docker", ID: "one"}) })
		}
		both.Wait()
		refused := 0
		for _, err := range errs {
			if err != nil && strings.Contains(err.Error(), "both have the id one") {
				refused++
			}
		}
		if refused != 1 {
			t.Fatalf("%v; want one to be refused", errs)
		}
	}
}
