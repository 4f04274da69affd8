package main

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// --strict turns off what neither the command line nor the environment names.
func TestStrictTurnsConveniencesOff(t *testing.T) {
	type conveniences struct {
		noDefaultCluster, strictVPC, strictRoles, strictSecrets, strictExec bool
		pull                                                                emulator.PullBehavior
	}
	parsed := func(args ...string) conveniences {
		t.Helper()
		var o emulator.Options
		flags := newFlags()
		c := declareServe(flags, &o)
		if _, err := flags.parse(args); err != nil {
			t.Fatal(err)
		}
		if err := c.apply(flags, &o); err != nil {
			t.Fatal(err)
		}
		return conveniences{o.NoDefaultCluster, o.StrictVPC, o.StrictRoles, o.StrictSecrets, o.StrictExec, o.PullBehavior}
	}
	if got, want := parsed(), (conveniences{pull: emulator.PullPreferCached}); got != want {
		t.Errorf("without flags %+v", got)
	}
	if got, want := parsed("--strict"), (conveniences{true, true, true, true, true, emulator.PullDefault}); got != want {
		t.Errorf("strict %+v", got)
	}
	if got, want := parsed("--default-cluster=false"), (conveniences{noDefaultCluster: true, pull: emulator.PullPreferCached}); got != want {
		t.Errorf("without a default cluster %+v", got)
	}
	t.Setenv("ECS_EMULATOR_UNKNOWN_ROLES", "true")
	if got, want := parsed("--strict", "--pull", "once"), (conveniences{true, true, false, true, true, emulator.PullOnce}); got != want {
		t.Errorf("strict but for roles and pulls %+v", got)
	}
}
