package faults

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// interruptionPause is how long a fault waits that interrupts a share of what is on Spot capacity, again and
// again.
const interruptionPause = time.Minute

// taskInterrupted is why a task on FARGATE_SPOT stops. Source: ECS developer guide, stopped task error codes.
const taskInterrupted = "Your Spot Task was interrupted."

// onSpot is what can be interrupted: a task on FARGATE_SPOT that is RUNNING, or a Spot Instance that is running.
type onSpot struct {
	arn       string
	since     time.Time
	interrupt func(tx *store.Tx, now time.Time) // unless it ends already
	ends      func(tx *store.Tx) bool
}

func (k *Kit) beginSpot(h *held) error {
	switch {
	case h.For > 0 && h.Rate == 0:
		return errors.New(`"for" of a fault of the kind spot-interruption needs "rate": without that it interrupts once`)
	case h.Instance != "" && h.Task+h.Family != "":
		return errors.New(`"instance" of a fault of the kind spot-interruption goes with neither "task" nor "family": those are of tasks on FARGATE_SPOT`)
	case h.Rate == 0 && len(k.onSpot(h.Fault)) == 0:
		return errors.New("there is no task on FARGATE_SPOT that is RUNNING and no Spot Instance that is running that the fault is about")
	}
	return nil
}

// interrupt interrupts all that a fault is about or, each minute, what chance decides. It needs the lock.
func (k *Kit) interrupt(h *held) {
	chosen := slices.DeleteFunc(k.onSpot(h.Fault), func(onSpot) bool { return !h.chance.hits(h.Rate) })
	if len(chosen) > 0 {
		k.interruptAll(h, chosen)
	}
	if h.Rate > 0 {
		h.again = k.Clock.AfterFunc(interruptionPause, func() { k.interruptAgain(h) })
	}
}

func (k *Kit) interruptAgain(h *held) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if slices.Contains(k.faults, h) {
		k.interrupt(h)
	}
}

// interruptAll writes each interruption together with the events that tell of it.
func (k *Kit) interruptAll(h *held, chosen []onSpot) {
	now := k.Clock.Now()
	for _, s := range chosen {
		err := k.Store.Update(func(tx *store.Tx) error {
			if !s.ends(tx) && k.actedIn(tx, h, s.arn) {
				s.interrupt(tx, now)
			}
			return nil
		})
		if err != nil {
			k.Log.Error("cannot interrupt what is on Spot capacity", "resource", s.arn, "error", err)
		}
	}
}

// endSpot leaves those alone that have had their notice: AWS takes none back.
func (k *Kit) endSpot(h *held) {
	if h.again != nil {
		h.again.Stop()
	}
}

// onSpot is what a fault is about, in an order that is the same each time.
func (k *Kit) onSpot(f Fault) (list []onSpot) {
	tx := k.Store.Read()
	for _, t := range state.AllTasks(tx) {
		if f.isAboutSpotTask(t) {
			list = append(list, spotTask(t))
		}
	}
	for _, i := range ec2.AllInstances(tx) {
		if i.CanBeInterrupted() && f.isAboutSpotInstance(i) {
			list = append(list, spotInstance(i))
		}
	}
	sorting.By(list, func(a, b onSpot) int { return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.arn, b.arn)) })
	return list
}

func (f Fault) isAboutSpotTask(t *state.Task) bool {
	return f.Instance == "" && t.Placement.CapacityProvider == "FARGATE_SPOT" && t.Status.LastStatus == state.Running && t.Stop == nil &&
		matching(f.Task)(arn.Name(t.ARN), t.ARN) && matching(f.Family)(t.Spec.FamilyName()) && (f.Zone == "" || f.Zone == t.Placement.Zone) &&
		matching(f.Cluster)(arn.ClusterName(t.ARN), t.Spec.ClusterARN)
}

// spotTask is a task that gets SIGTERM with the notice, which leaves it its stopTimeout, at most the two minutes
// of the notice.
// Source: AWS knowledge centre, termination notices of Fargate Spot.
func spotTask(t *state.Task) onSpot {
	return onSpot{
		arn: t.ARN, since: t.Spec.CreatedAt,
		ends: func(tx *store.Tx) bool { now := state.FindTask(tx, t.ARN); return now == nil || now.Stop != nil },
		interrupt: func(tx *store.Tx, now time.Time) {
			state.StopTask(tx, t.ARN, state.Stop{Code: ecstypes.TaskStopCodeSpotInterruption, Reason: taskInterrupted, At: now})
		},
	}
}

// isAboutSpotInstance looks at the container instance as well, which not all instances are. ECS may have forgotten
// one that was deregistered, so its ARN has to say enough.
func (f Fault) isAboutSpotInstance(i *ec2.Instance) bool {
	if f.Task+f.Family != "" || f.Zone != "" && f.Zone != i.Zone {
		return false
	}
	c := i.ContainerInstance
	return (f.Instance == "" || slices.Contains([]string{i.ID, i.ARN(), c, arn.Name(c)}, f.Instance)) &&
		(f.Cluster == "" || c != "" && matching(f.Cluster)(arn.ClusterName(c), arn.ScopeOf(c).Cluster(arn.ClusterName(c))))
}

// spotInstance is an instance that has two minutes of the clock from the notice on. The capacity controller does
// the rest.
func spotInstance(i *ec2.Instance) onSpot {
	return onSpot{
		arn: i.ARN(), since: i.LaunchAt,
		ends: func(tx *store.Tx) bool {
			now := ec2.FindInstance(tx, i.Scope, i.ID)
			return now == nil || !now.CanBeInterrupted()
		},
		interrupt: func(tx *store.Tx, now time.Time) {
			noticed := *ec2.FindInstance(tx, i.Scope, i.ID)
			noticed.NoticeAt = now
			ec2.PutInstance(tx, &noticed)
			ec2.AnnounceSpotNotice(tx, ec2.SpotNotice{InstanceARN: i.ARN(), InstanceID: i.ID}, now)
		},
	}
}
