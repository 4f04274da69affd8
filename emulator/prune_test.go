package emulator

import (
	"strings"
	"testing"
	"time"
)

func TestPruneChoosesOnlyWhatIsNamed(t *testing.T) {
	all := []Owner{
		{ID: "live", State: OwnerLive}, {ID: "kept", State: OwnerKept},
		{ID: "cut off", State: OwnerLive, Lapse: Lapse{Since: time.Minute, Left: 9 * time.Minute, Then: OwnerDead}},
		{ID: "dead", State: OwnerDead}, {ID: "unknown", State: OwnerUnknown},
		{ID: "shared", State: OwnerDead, SharedVolumes: 1},
	}
	for _, c := range []struct {
		name    string
		opts    PruneOptions
		want    string
		refusal string
	}{
		{"nothing named", PruneOptions{}, "", ""},
		{"nothing named, by force", PruneOptions{Force: true}, "", ""},
		{"the dead", PruneOptions{Dead: true}, "dead", ""},
		{"the dead, by force", PruneOptions{Dead: true, Force: true}, "dead", ""},
		{"by id", PruneOptions{Owners: []string{"unknown", "kept"}}, "kept unknown", ""},
		{"by id and the dead", PruneOptions{Owners: []string{"kept", "dead"}, Dead: true}, "kept dead", ""},
		{"one that runs", PruneOptions{Owners: []string{"kept", "live"}, Dead: true}, "", "owner live is an emulator that runs"},
		{"one that runs, by force", PruneOptions{Owners: []string{"live"}, Force: true}, "live", ""},
		{"one that may run", PruneOptions{Owners: []string{"cut off"}}, "", "it ended or was cut off 1m0s ago; in case it connects again, it counts as live for another 9m0s, then as dead"},
		{"one that may run, by force", PruneOptions{Owners: []string{"cut off"}, Force: true}, "cut off", ""},
		{"the dead, with shared volumes", PruneOptions{Dead: true, SharedVolumes: true}, "dead shared", ""},
		{"one of which shared volumes are left, by id", PruneOptions{Owners: []string{"shared"}}, "shared", ""},
		{"absent", PruneOptions{Owners: []string{"kept", "who"}, Force: true}, "", "no owner who"},
	} {
		chosen, err := c.opts.choose(all)
		var ids []string
		for _, owner := range chosen {
			ids = append(ids, owner.ID)
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%s: chooses %q; want %q", c.name, got, c.want)
		}
		if (err == nil) != (c.refusal == "") || err != nil && !strings.Contains(err.Error(), c.refusal) {
			t.Errorf("%s: error %v; want %q", c.name, err, c.refusal)
		}
	}
	if _, err := Owners(t.Context(), "sim"); err == nil || !strings.Contains(err.Error(), "keeps nothing") {
		t.Errorf("owners of the simulated engine: %v", err)
	}
}
