package terraform

import (
	"os"
	"testing"
)

// TestPolicySimulation asks what a role may do, before and after it may more: the checks of the module fail otherwise.
func TestPolicySimulation(t *testing.T) {
	t.Parallel()
	asRoot(t, runPolicySimulation)
}

func runPolicySimulation(t *testing.T, by *caller) {
	p := newProject(t, by.start(t), os.DirFS(modulesFolder+"/policy_simulation"))
	p.attach()
	if first := p.change("apply"); first != (changes{Add: 2}) {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	if second := p.change("apply", "-var=pass=true"); second != (changes{Change: 1}) {
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled("-var=pass=true")
	if last := p.change("destroy", "-var=pass=true"); last != (changes{Remove: 2}) {
		t.Errorf("destroy made %+v", last)
	}
}
