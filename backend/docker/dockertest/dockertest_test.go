package dockertest

import (
	"fmt"
	"testing"
)

// noted is a test of which is noted how it ended.
type noted struct {
	testing.TB
	end string
}

func (n *noted) Helper()                           {}
func (n *noted) Fatalf(format string, args ...any) { panic("failed: " + fmt.Sprintf(format, args...)) }
func (n *noted) Skip(args ...any)                  { panic("skipped: " + fmt.Sprint(args...)) }

// run notes how a test ends.
func (n *noted) run(test func(testing.TB)) {
	defer func() { n.end = fmt.Sprint(recover()) }()
	test(n)
}

func TestWhatATestLacksIsAFailureWhereItIsRequired(t *testing.T) {
	for required, want := range map[string]string{
		"":  "skipped: no ip command: 7",
		"1": "failed: ECS_EMULATOR_REQUIRE_DOCKER=1, but no ip command: 7",
	} {
		t.Setenv(RequireEnv, required)
		var n noted
		n.run(func(tb testing.TB) { Lack(tb, "no ip command: %d", 7) })
		if n.end != want {
			t.Errorf("with %s=%s: %s; want %s", RequireEnv, required, n.end, want)
		}
	}
}
