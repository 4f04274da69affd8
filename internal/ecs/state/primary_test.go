package state

import "testing"

func TestPrimaryDeployment(t *testing.T) {
	older, newer := &Deployment{Generation: Generation{ID: "older"}}, &Deployment{Generation: Generation{ID: "newer"}}
	s := &Service{Deployments: []*Deployment{newer, older}} // as a state file of before has it
	if s.Primary() != newer {
		t.Error("of a file of before, the newest deployment is not PRIMARY")
	}
	s.SetPrimary(older)
	if s.Primary() != older || s.Deployments[0] != newer {
		t.Errorf("PRIMARY is %s, first is %s", s.Primary().ID, s.Deployments[0].ID)
	}
	newest := &Deployment{Generation: Generation{ID: "newest"}}
	if s.SetPrimary(newest); s.Primary() != newest || s.Deployments[0] != newest || older.Primary {
		t.Errorf("PRIMARY is %s, first is %s", s.Primary().ID, s.Deployments[0].ID)
	}
}
