package autoscaling

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	activities = store.NewTable("autoscaling-activity", func(a *Activity) string {
		return fmt.Sprintf("%s%020d:%s", scopeKey(a.Scope), a.StartTime.UnixNano(), a.ID)
	})
	activitiesByID    = activities.Index(func(a *Activity) string { return scopeKey(a.Scope) + a.ID })
	activitiesByGroup = activities.Index(func(a *Activity) string { return GroupKey(a.Scope, a.Group) })
	activityAges      = activities.Ages(func(a *Activity) time.Time { return a.StartTime }).AtMost(mostActivities)
)

// How long activities are kept: six weeks. Source: EC2 Auto Scaling user guide, verify a
// scaling activity. Their number is the emulator's own.
const (
	KeepActivities = 6 * 7 * 24 * time.Hour
	mostActivities = 10_000
)

// MidTerminating is the status of an activity whose instance waits for termination hooks. The SDK does
// not know it. Source: recorded answers.
const MidTerminating types.ScalingActivityStatusCode = "MidTerminatingLifecycleAction"

// Activity is what was done to a group. The code that begins it writes it: the controller, and a
// handler for TerminateInstanceInAutoScalingGroup; the controller writes its end.
type Activity struct {
	Scope               arn.Scope
	ID, Group, GroupARN string
	Description, Cause  string
	StartTime, EndTime  time.Time // EndTime is zero while it is in progress
	Status              types.ScalingActivityStatusCode
	StatusMessage       string
	Progress            int32
	Zone, Subnet        string
}

// NewActivity begins an activity of a group, at a millisecond: its key has the time, and
// rows on disk have no finer one.
func NewActivity(g *Group, now time.Time) *Activity {
	return &Activity{
		Scope: g.Scope, ID: arn.NewUUID(), Group: g.Name, GroupARN: g.ARN(),
		StartTime: now.UTC().Truncate(time.Millisecond), Status: types.ScalingActivityStatusCodeInProgress,
	}
}

func PutActivity(tx *store.Tx, a *Activity) { activities.Put(tx, a) }

// FinishActivity ends the activity with an id, if it is remembered.
func FinishActivity(tx *store.Tx, s arn.Scope, id string, now time.Time) {
	changeActivity(tx, s, id, func(a *Activity) {
		a.Status, a.Progress, a.EndTime = types.ScalingActivityStatusCodeSuccessful, 100, now
	})
}

// ProgressActivity says how far the activity with an id has come.
func ProgressActivity(tx *store.Tx, s arn.Scope, id string, status types.ScalingActivityStatusCode, progress int32) {
	changeActivity(tx, s, id, func(a *Activity) { a.Status, a.Progress = status, progress })
}

// CancelActivity ends the activity with an id without success, and says why.
// Source: EC2 Auto Scaling user guide, troubleshooting.
func CancelActivity(tx *store.Tx, s arn.Scope, id, why string, now time.Time) {
	changeActivity(tx, s, id, func(a *Activity) {
		a.StatusMessage = why
		a.Description += ".  Status Reason: " + why
		a.Status, a.Progress, a.EndTime = types.ScalingActivityStatusCodeCancelled, 100, now
	})
}

// changeActivity changes the activity with an id, if it is remembered and has not ended.
func changeActivity(tx *store.Tx, s arn.Scope, id string, change func(a *Activity)) {
	if a := FindActivity(tx, s, id); a != nil && a.EndTime.IsZero() {
		changed := *a
		change(&changed)
		activities.Put(tx, &changed)
	}
}

// FindActivity returns the activity with an id, or nil.
func FindActivity(tx *store.Tx, s arn.Scope, id string) *Activity {
	for _, a := range activitiesByID.List(tx, scopeKey(s)+id) {
		return a
	}
	return nil
}

// Activities returns those of an account and region, or of one group, newest first.
func Activities(tx *store.Tx, s arn.Scope, group string) []*Activity {
	var found []*Activity
	if group == "" {
		found = activities.List(tx, scopeKey(s))
	} else {
		found = activitiesByGroup.List(tx, GroupKey(s, group))
	}
	found = slices.Clone(found)
	slices.Reverse(found)
	return found
}

// ForgetActivities removes those that began before a time.
func ForgetActivities(tx *store.Tx, before time.Time) { activityAges.Forget(tx, before) }
