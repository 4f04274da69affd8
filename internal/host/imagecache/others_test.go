package imagecache_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// unname takes an image away, as docker image prune does.
func (s *shelf) unname(id string) {
	i := s.find(id)
	s.images = append(s.images[:i:i], s.images[i+1:]...)
}

func TestWhatAUserHasPulledOrTaggedSinceStays(t *testing.T) {
	s := newShelf(t, 3)
	for _, id := range []string{"pruned", "tagged", "ours"} {
		s.stamps[id] = "by the pull"
		s.pull("", id)
	}
	names := s.images[s.find("pruned")].Names
	s.restart(0)
	s.unname("pruned")
	s.name("pruned", names...) // while no emulator runs
	s.stamps["pruned"] = "by the user"
	s.stamps["tagged"] = "by the user"
	s.pull("", "a")
	s.expect("after a pull", "tagged", "pruned")
	s.stamps["tagged"] = "by the pull" // as if it were the cache's again
	s.pull("", "b")
	s.expect("later", "tagged", "pruned")
}

func TestWhatAUserHasTaggedStaysWhenItIsPulledAgain(t *testing.T) {
	s := newShelf(t, 1)
	s.pull("", "a")
	s.stamps["a"] = "by the user"
	s.pull("", "a")
	s.pull("", "b")
	s.pull("", "c")
	s.expect("after more pulls", "a", "c")
}

func TestWhatIsTaggedDuringARemovalOfOthersStays(t *testing.T) {
	s := newShelf(t, 2)
	s.pull("", "a")
	s.pull("", "b")
	s.asked = func() { // by the next pull, which knows the stamps then
		s.asked = func() { // by its end
			s.asked = func() { s.stamps["a"] = "by the user" } // by clean
		}
	}
	s.pull("", "c")
	s.expect("after it", "a", "b", "c")
	s.stamps["a"] = "" // as if it were the cache's again
	s.pull("", "d")
	s.expect("after another pull", "a", "c", "d")
}

// A rule of faults may have a pull fetch nothing.
func TestABuildDuringAPullStays(t *testing.T) {
	s := newShelf(t, 0)
	pull := s.cache.Begin(t.Context())
	s.name("a", "a:1")
	pull.End(t.Context(), "", backend.PullSpec{Ref: "a:1"}, "a", true)
	s.pull("", "b")
	s.expect("after a pull", "a")
}
