package limits

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// An engine without the right to raise limits says so in its runtime's words, and is asked
// for no more than there is from then on.
func TestLimitsThatCannotBeRaised(t *testing.T) {
	for _, text := range []string{
		"OCI runtime create failed: container_linux.go:380: starting container process caused: process_linux.go:545: container init caused: setting rlimits for ready process caused: error setting rlimit type 7: operation not permitted: unknown",
		"crun: setrlimit `RLIMIT_NOFILE`: Operation not permitted: OCI permission denied",
	} {
		u := NewUlimits(text, slog.New(slog.DiscardHandler)) // as if that were its address
		asked := []backend.Ulimit{{Name: "nofile", Optional: true}, {Name: "core"}}
		if u.Refused(nil) || u.Refused(errors.New("no such image")) || len(u.Trial()) != 1 || len(u.Possible(asked)) != 2 {
			t.Error("limits count as refused before they were")
		}
		if !u.Refused(errors.New(text)) || u.Refused(errors.New(text)) {
			t.Errorf("%s: not noted, or twice", text)
		}
		if got := u.Possible(asked); len(got) != 1 || got[0].Name != "core" || u.Trial() != nil {
			t.Errorf("then asked for: %v, and on trial %v", got, u.Trial())
		}
		if next, other := NewUlimits(text, u.log), NewUlimits("other", u.log); next.Trial() != nil || other.Trial() == nil {
			t.Errorf("the next emulator tries %v there, and %v at another engine", next.Trial(), other.Trial())
		}
	}
}
