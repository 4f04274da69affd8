package engines

import (
	"slices"
	"sync"
	"testing"
)

// Engines that are opened side by side have one owner, with whose networks their tasks find each other.
func TestAllEnginesOfARunHaveOneOwner(t *testing.T) {
	for where, dataDir := range map[string]string{"in memory": "", "in a data directory": t.TempDir()} {
		t.Run(where, func(t *testing.T) {
			o := &owner{dataDir: dataDir}
			names := make([]string, 8)
			var asking sync.WaitGroup
			for i := range names {
				asking.Go(func() { names[i], _ = o.get() })
			}
			asking.Wait()
			if names[0] == "" || len(slices.Compact(slices.Clone(names))) != 1 {
				t.Errorf("owners %q", names)
			}
			if err := o.forget(); err != nil {
				t.Fatal(err)
			}
			if next, err := o.get(); err != nil || next == names[0] {
				t.Errorf("after that %q, %v", next, err)
			}
		})
	}
}
