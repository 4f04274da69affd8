package composition

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Read is the view of an owner.
func Read(tx *store.Tx, owner string, now time.Time) View {
	v := View{Owner: owner, Own: express.Owned(tx, owner), Now: now}
	if !express.IsSet(owner) {
		if v.Service = express.Find(tx, owner); v.Service != nil {
			v.Scope, v.Shared = v.Service.Scope, express.Owned(tx, v.Service.Set)
			v.Deployed = state.FindServiceRevision(tx, v.Service.Revision) != nil
		}
		return v
	}
	parts := strings.Split(owner, "/")
	v.Scope = arn.Scope{Account: parts[1], Region: parts[2]}
	for _, user := range express.Users(tx, owner) {
		v.Service = user
		break
	}
	return v
}

// Ends reports whether a deleted service becomes INACTIVE: nothing of it is there any more, nor, if it was the last user of its load
// balancer, of that.
func Ends(tx *store.Tx, s *express.Service, now time.Time) bool {
	if s.DeletedAt.IsZero() || !Gone(Read(tx, s.ARN, now)) {
		return false
	}
	return len(express.Users(tx, s.Set)) > 0 || Gone(Read(tx, s.Set, now))
}
