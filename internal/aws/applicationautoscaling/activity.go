package applicationautoscaling

import (
	"cmp"
	"fmt"
	"iter"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	activities   = store.NewTable("application-autoscaling-activity", (*Activity).Key)
	activityAges = activities.Ages(func(a *Activity) time.Time { return a.StartedAt }).AtMost(mostActivities)
)

// How long activities are kept. Source: Application Auto Scaling user guide, scaling activities. Their number is the
// emulator's own.
const (
	KeepActivities = 6 * 7 * 24 * time.Hour
	mostActivities = 10_000
)

// Activity is something that scaling did, tried or did not do with a resource. It outlives target, policy and service,
// for six weeks. The controller of scaling writes it; retention removes it.
type Activity struct {
	Of        Resource
	Number    uint64 // of the activities of a resource; AddActivity gives it
	ID        string // UUID
	StartedAt time.Time
	EndedAt   *time.Time // nil: it goes on, or nothing was to be done

	Description, Cause string
	Status             types.ScalingActivityStatusCode
	Message            *string // of the status
	Details            *string
	// NotScaled is why nothing was done; DescribeScalingActivities then shows the activity if it is asked to.
	NotScaled []types.NotScaledReason
	// Change of a capacity that the activity is; nil: it is none.
	Change *Change
}

// Change is the change of a resource's capacity.
type Change struct {
	From, To int32
	// Base is the capacity that a scale-out counted from: what a cool-down takes for not added yet.
	Base     int32
	Policy   string        // name of the policy that wanted it; empty: a bound did
	Cooldown time.Duration // begins when the activity has ended
}

// Open reports whether the activity is under way.
func (a *Activity) Open() bool {
	return a.Status == types.ScalingActivityStatusCodePending || a.Status == types.ScalingActivityStatusCodeInProgress
}

// Key sorts activities by their resource, oldest first.
func (a *Activity) Key() string { return a.Of.parts() + fmt.Sprintf("%016x", a.Number) }

func AddActivity(tx *store.Tx, a *Activity) {
	a.Number = 1
	for last := range activities.Backward(tx, a.Of.parts()) {
		a.Number = last.Number + 1
		break
	}
	activities.Put(tx, a)
}

// PutActivity writes an activity that is there.
func PutActivity(tx *store.Tx, a *Activity) { activities.Put(tx, a) }

// NewestActivities yields the activities of a resource, newest first.
func NewestActivities(tx *store.Tx, r Resource) iter.Seq[*Activity] {
	return activities.Backward(tx, r.parts())
}

// LastActivity returns the newest activity of a resource, or nil.
func LastActivity(tx *store.Tx, r Resource) *Activity {
	for a := range activities.Backward(tx, r.parts()) {
		return a
	}
	return nil
}

// LastChange returns the newest activity that changes the capacity of the resource with a key, or nil.
func LastChange(tx *store.Tx, key string) *Activity {
	for a := range activities.Backward(tx, key+"\x00") {
		if a.Change != nil {
			return a
		}
	}
	return nil
}

// Activities returns the activities of a namespace, by resource and oldest first.
func Activities(tx *store.Tx, s arn.Scope, namespace types.ServiceNamespace) []*Activity {
	return activities.List(tx, Resource{Scope: s, Namespace: namespace}.prefix())
}

// ForgetActivities removes those that began before a time.
func ForgetActivities(tx *store.Tx, before time.Time) { activityAges.Forget(tx, before) }

// OnActivities wakes a watch with the key of the target of each activity that is new, has changed or is gone.
func OnActivities() store.Source {
	return store.On(activities, func(before, after *Activity) []string {
		return []string{cmp.Or(after, before).Of.Key()}
	})
}
