package typestest

import (
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
)

// Part is a resource of a stack. What it needs stands before it in a list of parts.
type Part struct {
	Name, Kind, Properties string
	// Changed are the properties after an update. Empty: there is none.
	Changed string
}

// Of is a Part.
func Of(name, kind, properties, changed string) Part { return Part{name, kind, properties, changed} }

// Live makes, changes and deletes all parts. Of each, the attributes of the type table are there but for those in without, as
// "AWS::EC2::Subnet.OutpostArn". At the end all is there, and no more, that inventory has had at first.
func (s *Stack) Live(parts []Part, inventory func() []string, without ...string) {
	s.t.Helper()
	before := inventory()
	for _, p := range parts {
		s.Has(p.Name, p.Kind, p.Properties)
		s.checkAttributes(p, without)
		if p.Changed == "" {
			continue
		}
		if failure := s.Update(p.Name, p.Changed); failure != nil {
			s.t.Errorf("%s does not change: %s", p.Name, failure.Message)
		}
	}
	for _, p := range slices.Backward(parts) {
		for range 2 { // what is gone is deleted
			if failure := s.DeleteAgain(p.Name); failure != nil {
				s.t.Errorf("%s is not deleted: %s", p.Name, failure.Message)
			}
		}
		delete(s.resources, p.Name)
	}
	if diff := cmp.Diff(before, inventory()); diff != "" {
		s.t.Errorf("something is left or missing (-before +after):\n%s", diff)
	}
}

func (s *Stack) checkAttributes(p Part, without []string) {
	s.t.Helper()
	of, _ := schema.Find(p.Kind)
	result := s.resources[p.Name].result
	if result.PhysicalID == "" {
		s.t.Errorf("%s has no id", p.Name)
	}
	for name := range of.Attributes {
		has, allowed := result.Attributes[name] != nil, slices.Contains(without, p.Kind+"."+name)
		if has == allowed {
			s.t.Errorf("%s has the attribute %s: %v", p.Kind, name, has)
		}
	}
	for name := range result.Attributes {
		if !of.HasAttribute(name) {
			s.t.Errorf("%s has the attribute %s, which its type has not", p.Kind, name)
		}
	}
}

// LoseAnswers makes, changes and deletes each part as often as that takes operations. Each time the answer of another one is
// lost, or the process ends with it. What inventory has is the same as if nothing was lost, and at the end nothing is left.
func (s *Stack) LoseAnswers(parts []Part, inventory func() []string) {
	s.t.Helper()
	for _, p := range parts {
		before := inventory()
		want := s.life(p, "", false, inventory)
		if s.t.Failed() {
			s.t.FailNow()
		}
		calls := slices.Compact(slices.Sorted(slices.Values(s.Calls)))
		for _, call := range calls {
			for _, crash := range []bool{false, true} {
				if diff := cmp.Diff(want, s.life(p, call, crash, inventory)); diff != "" {
					s.t.Errorf("%s, answer of %s lost (crash %t): another outcome (-want +got):\n%s", p.Name, call, crash, diff)
				}
			}
		}
		if diff := cmp.Diff(before, inventory()); diff != "" {
			s.t.Fatalf("%s leaves something (-before +after):\n%s", p.Name, diff)
		}
		s.Lose("", false)
		s.Has(p.Name, p.Kind, p.Properties)
	}
}

// life makes, changes and deletes a resource, and returns what is there before it goes.
func (s *Stack) life(p Part, lose string, crash bool, inventory func() []string) (there []string) {
	s.t.Helper()
	s.Lose(lose, crash)
	if failure := s.Create(p.Name, p.Kind, p.Properties); failure != nil {
		s.t.Errorf("%s, answer of %s lost (crash %t): %s", p.Name, lose, crash, failure.Message)
	}
	if p.Changed != "" {
		if failure := s.Update(p.Name, p.Changed); failure != nil {
			s.t.Errorf("%s does not change, answer of %s lost (crash %t): %s", p.Name, lose, crash, failure.Message)
		}
	}
	there = inventory()
	if failure := s.Delete(p.Name); failure != nil {
		s.t.Errorf("%s is not deleted, answer of %s lost (crash %t): %s", p.Name, lose, crash, failure.Message)
	}
	return there
}
