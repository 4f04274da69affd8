package composition

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource/controller"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Read is the view of an owner.
func Read(tx *store.Tx, owner string, now time.Time) View {
	v := View{Owner: managedresource.Owner{Key: owner, Own: express.Owned(tx, owner), Now: now}}
	if express.IsSet(owner) {
		parts := strings.Split(owner, "/")
		v.Scope = arn.Scope{Account: parts[1], Region: parts[2]}
		for _, user := range express.Users(tx, owner) {
			v.Service, v.Wanted = user, true
			break
		}
	} else if v.Service = express.Find(tx, owner); v.Service != nil {
		v.Scope, v.Shared, v.Wanted = v.Service.Scope, express.Owned(tx, v.Service.Set), v.Service.DeletedAt.IsZero()
		v.Deployed = state.FindServiceRevision(tx, v.Service.Revision) != nil
	}
	if v.Service != nil {
		v.Role, v.AskedAt = v.Service.InfrastructureRole, v.Service.UpdatedAt
	}
	return v
}

// Ends reports whether a deleted service becomes INACTIVE: nothing of it is there any more, nor, if it was the last user of its load
// balancer, of that.
func Ends(tx *store.Tx, s *express.Service, now time.Time) bool {
	if s.DeletedAt.IsZero() || !gone(tx, s.ARN, now) {
		return false
	}
	return len(express.Users(tx, s.Set)) > 0 || gone(tx, s.Set, now)
}

func gone(tx *store.Tx, owner string, now time.Time) bool {
	v := Read(tx, owner, now)
	return v.Gone()
}

// Owners are services and network sets, for the controller.
func Owners() controller.Owners {
	return controller.Owners{
		Name: "Express gateway service", Rows: express.Rows(), Sources: express.Sources, Wakes: express.Wakes,
		Next: func(tx *store.Tx, owner string, now time.Time) []managedresource.Step {
			return Next(Read(tx, owner, now))
		},
		Doubts: func(tx *store.Tx, owner string, now time.Time) (steps []managedresource.Step) {
			v := Read(tx, owner, now)
			for _, r := range v.Own {
				if s, is := Doubt(v, r); is {
					steps = append(steps, s)
				}
			}
			return steps
		},
		Ends: func(tx *store.Tx, owner string, now time.Time) bool {
			s := express.Find(tx, owner)
			return s != nil && s.Status(tx) == types.ExpressGatewayServiceStatusCodeDraining && Ends(tx, s, now)
		},
		End: func(tx *store.Tx, owner string, now time.Time) { express.End(tx, express.Find(tx, owner), now) },
	}
}
