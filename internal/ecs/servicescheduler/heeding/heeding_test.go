package heeding_test

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/heeding"
)

func TestServicesAreWokenByWhatTheyHeed(t *testing.T) {
	var s heeding.Services
	for _, step := range []struct {
		service string
		what    []string
		more    bool
		ofA     []string
	}{
		{"web", nil, false, nil},
		{"web", []string{"a", "b"}, true, []string{"web"}},
		{"web", []string{"b", "a"}, false, []string{"web"}},
		{"api", []string{"a"}, true, []string{"web", "api"}},
		{"web", []string{"b"}, false, []string{"api"}},
		{"web", []string{"b", "a"}, true, []string{"api", "web"}},
		{"api", nil, false, []string{"web"}},
	} {
		if more := s.Put(step.service, step.what); more != step.more || !slices.Equal(s.Of("a"), step.ofA) {
			t.Errorf("%+v: %v, then a is heeded by %v", step, more, s.Of("a"))
		}
	}
}
