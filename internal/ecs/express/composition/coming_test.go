package composition_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// Answers name the task definition that is registered next, at each point of a registration (ECS0390).
func TestComingTaskDefinition(t *testing.T) {
	const family = "default-web-00000001"
	numbered := func(n int) string {
		if n == 0 {
			return ""
		}
		return scope.TaskDefinition(family, n)
	}
	digest := ""
	settled := newCourse(t)
	of := settled.create("web")
	settled.settle()
	for _, r := range express.Owned(settled.store.Read(), of.ARN) {
		if r.Kind == express.TaskDefinition {
			digest = r.Wanted
		}
	}
	for name, c := range map[string]struct {
		registered int // revisions
		row        *express.Resource
		other      bool // another image is asked for than the row's
		want       int  // 0: none
	}{
		"at first":                              {want: 1},
		"the first one is under way":            {row: &express.Resource{Asked: true}, want: 1},
		"it is registered, and not yet known":   {registered: 1, row: &express.Resource{Asked: true}, want: 1},
		"it is there":                           {registered: 1, row: &express.Resource{ID: numbered(1)}, want: 1},
		"another one is asked for":              {registered: 1, row: &express.Resource{ID: numbered(1)}, other: true, want: 2},
		"the second one is under way":           {registered: 1, row: &express.Resource{Asked: true, Before: numbered(1)}, want: 2},
		"that is registered, and not yet known": {registered: 2, row: &express.Resource{Asked: true, Before: numbered(1)}, want: 2},
		"a third one comes behind it":           {registered: 1, row: &express.Resource{Asked: true, Before: numbered(1)}, other: true, want: 3},
		"the same, and it is registered":        {registered: 2, row: &express.Resource{Asked: true, Before: numbered(1)}, other: true, want: 3},
		"it was refused":                        {row: &express.Resource{Asked: true, Status: types.ManagedResourceStatusFailed}},
	} {
		t.Run(name, func(t *testing.T) {
			k := newCourse(t)
			s := k.create("web")
			k.update(func(tx *store.Tx) {
				for range c.registered {
					taskdefinition.Add(tx, scope, &types.TaskDefinition{Family: aws.String(family)}, nil, "ecs", k.now)
				}
				if r := c.row; r != nil {
					r.Owner, r.Kind, r.UpdatedAt = s.ARN, express.TaskDefinition, k.now.Add(time.Second)
					r.Wanted = digest
					express.Rows().Put(tx, r)
				}
			})
			if c.other {
				k.change(s.ARN, func(s *express.Service) { s.Asked.Container.Image = aws.String("busybox:2") })
			}
			got := composition.ComingTaskDefinition(k.store.Read(), composition.Read(k.store.Read(), s.ARN, k.now))
			if want := numbered(c.want); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
	k := newCourse(t)
	s := k.create("web")
	k.change(s.ARN, func(s *express.Service) { s.Asked.TaskDefinition = scope.TaskDefinition("mine", 7) })
	if got := composition.ComingTaskDefinition(k.store.Read(), composition.Read(k.store.Read(), s.ARN, k.now)); got != scope.TaskDefinition("mine", 7) {
		t.Errorf("of the user's: %q", got)
	}
}
