package taskdefinition

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"pgregory.net/rapid"
)

// TestRevisionsOfFamilies registers, deregisters and removes at random and compares
// with a list of what should be there. The families' names begin alike, as do their
// keys.
func TestRevisionsOfFamilies(t *testing.T) {
	scope := arn.Scope{Region: "us-east-1", Account: "123456789012"}
	families := []string{"a", "ab", "a-b", "a0", "b"}
	rapid.Check(t, func(t *rapid.T) {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		next, active := map[string]int{}, map[string]map[int]bool{}
		for _, family := range families {
			active[family] = map[int]bool{}
		}
		update := func(write func(tx *store.Tx)) {
			if err := rows.Update(func(tx *store.Tx) error { write(tx); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		anyOf := func(t *rapid.T) (string, int) {
			family := rapid.SampledFrom(families).Draw(t, "family")
			return family, rapid.IntRange(0, next[family]).Draw(t, "revision")
		}
		t.Repeat(map[string]func(*rapid.T){
			"register": func(t *rapid.T) {
				family := rapid.SampledFrom(families).Draw(t, "family")
				for range rapid.IntRange(1, 12).Draw(t, "times") {
					next[family]++
					update(func(tx *store.Tx) {
						got := Add(tx, scope, &types.TaskDefinition{Family: &family}, nil, "root", time.Time{})
						if got.Revision != next[family] {
							t.Fatalf("%s:%d registered, want %d", family, got.Revision, next[family])
						}
					})
					active[family][next[family]] = true
				}
			},
			"deregister": func(t *rapid.T) {
				family, revision := anyOf(t)
				update(func(tx *store.Tx) {
					if old := Find(tx, scope, family, revision); old != nil {
						Change(tx, old, func(def *types.TaskDefinition) {
							def.Status = types.TaskDefinitionStatusInactive
						})
						active[family][revision] = false
					}
				})
			},
			"remove": func(t *rapid.T) {
				family, revision := anyOf(t)
				update(func(tx *store.Tx) {
					if old := Find(tx, scope, family, revision); old != nil {
						remove(tx, old)
						delete(active[family], revision)
					}
				})
			},
			"": func(t *rapid.T) {
				tx := rows.Read()
				for _, family := range families {
					want := 0
					for revision, is := range active[family] {
						if is {
							want = max(want, revision)
						}
					}
					got := 0
					if d := Active(tx, scope, family); d != nil {
						got = d.Revision
					}
					if got != want || Has(tx, scope, family) != (len(active[family]) > 0) ||
						len(List(tx, scope, family)) != len(active[family]) {
						t.Fatalf("%s: highest ACTIVE is %d, want %d", family, got, want)
					}
				}
			},
		})
	})
}

func TestDefinitionThatARollbackLeadsBackToIsNotSwept(t *testing.T) {
	s, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	update := func(write func(tx *store.Tx)) {
		if err := s.Update(func(tx *store.Tx) error { write(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	scope := arn.Scope{Region: "us-east-1", Account: "123456789012"}
	revision := func(tx *store.Tx) *state.ServiceRevision {
		family := "web"
		d := Add(tx, scope, &types.TaskDefinition{Family: &family}, nil, "root", time.Time{})
		d = RequestDeletion(tx, d, time.Time{})
		return &state.ServiceRevision{TaskDefinition: d.ARN}
	}
	update(func(tx *store.Tx) {
		completed, deployed := revision(tx), revision(tx)
		revision(tx)
		state.PutService(tx, &state.Service{
			ARN: scope.Service("c", "web"), ClusterARN: scope.Cluster("c"),
			Deployments: []*state.Deployment{{Generation: state.Generation{ID: "ecs-svc/2", Revision: deployed}}},
			Completed:   &state.CompletedDeployment{ID: "ecs-svc/1", Revision: completed},
		})
	})
	update(func(tx *store.Tx) {
		if swept := Sweep(tx, time.Time{}, state.ReferredTaskDefinitions); swept != 1 {
			t.Errorf("%d revisions are swept", swept)
		}
		if Find(tx, scope, "web", 1) == nil || Find(tx, scope, "web", 2) == nil {
			t.Error("a revision is gone that the service needs")
		}
	})
}
