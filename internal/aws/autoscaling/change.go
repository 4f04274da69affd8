package autoscaling

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// LifecycleChange is what EC2 Auto Scaling tells EventBridge when a lifecycle hook has an instance wait.
// It has nothing to do with the lifecycle hooks of a service deployment.
type LifecycleChange struct {
	ID              string
	GroupARN, Group string // the Auto Scaling group
	InstanceID      string
	Token, Hook     string
	Launches        bool // it waits in Pending:Wait, else in Terminating:Wait
	Metadata        string
}

// ActivityChange is what EC2 Auto Scaling tells EventBridge when it has launched or terminated an instance, or could not
// launch one.
type ActivityChange struct {
	ID, ActivityID        string
	GroupARN, Group       string
	InstanceARN           string // empty: there is none
	InstanceID            string
	Launches              bool // else it terminates
	Failed                bool
	Description, Cause    string
	Status, StatusMessage string
	Zone, Subnet          string
	StartTime, EndTime    time.Time
}

var (
	_ = outbox.Declare[LifecycleChange]("lifecycleAction")
	_ = outbox.Declare[ActivityChange]("scalingActivity")
)

// AnnounceLifecycle keeps the beginning of a lifecycle action as an event, and makes its ID.
func AnnounceLifecycle(tx *store.Tx, c LifecycleChange, at time.Time) {
	c.ID = arn.NewUUID()
	outbox.Announce(tx, &c, at)
}

// AnnounceActivity keeps the end of an activity as an event, and makes its ID.
func AnnounceActivity(tx *store.Tx, c ActivityChange, at time.Time) {
	c.ID = arn.NewUUID()
	outbox.Announce(tx, &c, at)
}
