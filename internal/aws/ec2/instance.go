// Package ec2 is the rows of Amazon EC2 that container instances come from: instances and
// launch templates; and what is known without rows: instance types, the ECS-optimized
// images, and what user data tells the container agent.
//
// An instance begins by [Launch] and nowhere else. Who wants something of it writes what
// is wanted; the capacity controller brings it about:
//
//	s.Update(func(tx *store.Tx) error {
//		launched, err := ec2.Launch(tx, ec2.RoomIn(tx, state.TaskInterfaces(tx)), ec2.Spec{Type: "t3.micro", Count: 2, …})
//		…
//	})
package ec2

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	instances          = store.NewTable("ec2-instance", func(i *Instance) string { return i.Key() })
	instancesByCluster = instances.Index((*Instance).waitsFor)

	terminatedInstances = instances.Ages((*Instance).terminatedAt)
)

type Instance struct {
	Scope         arn.Scope
	ID            string // i-…
	ReservationID string // r-…, which the instances of one request share
	RequesterID   string // who asked for it on behalf of the owner; or empty
	Operator      string // the service that manages it, which alone may change it; or empty
	LaunchIndex   int32
	ClientToken   string

	Type, ImageID     string
	Zone, Subnet, VPC string
	SecurityGroups    []string
	// PublicIP: it has a public address while it runs; see SettlePublicIP.
	PublicIP bool
	// PublicFrom is since when it has that again after an Elastic IP address; zero: it had none.
	PublicFrom time.Time
	// PrivateIP is its address, which it keeps for its life; empty until it has one.
	PrivateIP string
	Profile   *types.IamInstanceProfile // ARN and id; or nil
	UserData  string                    // in base64
	KeyName   string
	// Monitoring and EBSOptimized are kept; Protected (disableApiTermination) and
	// StopProtected (disableApiStop) act.
	Monitoring, EBSOptimized, Protected, StopProtected bool
	// ShutdownBehavior is kept: no instance shuts itself down. Empty is stop.
	ShutdownBehavior types.ShutdownBehavior
	Metadata         *types.InstanceMetadataOptionsRequest // as asked for; or nil
	Group            string                                // Auto Scaling group; or empty
	Spot             *Spot                                 // nil for an On-Demand Instance
	Host             string                                // the engine that it is on; empty is the one without a name

	Agent Agent

	// Wanted is what it shall be: StateRunning, StateStopped or StateTerminated.
	Wanted   types.InstanceStateName
	WantedAt time.Time
	Reason   Reason // for what is wanted
	// Reached is what it has been last, of the same states, or empty. The states in between
	// follow from both; see State.
	Reached   types.InstanceStateName
	ReachedAt time.Time
	// Told is the state that EventBridge was told of last; see Untold.
	Told     types.InstanceStateName
	LaunchAt time.Time // the last launch or start
	// RebootAt is when a reboot was last requested, and RebootedAt is that of the last
	// one that is over.
	RebootAt, RebootedAt time.Time

	// NoticeAt is when a Spot Instance got notice that it is interrupted, zero if it has none. Faults write it.
	// NoticeHeeded: its container instance drains for that. Then the capacity controller terminates it.
	NoticeAt     time.Time
	NoticeHeeded bool

	// ContainerInstance is the ARN of what it was registered as last; or empty.
	ContainerInstance string
}

// Agent is what the container agent of an instance is told.
type Agent struct {
	Cluster    string // empty: there is no agent
	Attributes []ecstypes.Attribute
	Lacks      []string       // names of attributes that other agents have
	Tags       []ecstypes.Tag // of the container instance
	// PropagatesTags: those of the EC2 instance are tags of the container instance as well.
	PropagatesTags bool
	// DrainsSpot: it sets its container instance to DRAINING at the notice to a Spot Instance.
	DrainsSpot bool
	// PullBehavior says when it pulls images, as it was written; empty if nothing says so.
	PullBehavior string
	// Init are calls of cfn-init that user data makes when the instance first runs; none once they are made.
	Init []Init
}

// Reason is why an instance is in its state.
type Reason struct {
	Code, Message string // of stateReason
	Transition    string // the text of reason; its time is added where it is described
}

func (i *Instance) Key() string { return instanceKey(i.Scope, i.ID) }

func instanceKey(scope arn.Scope, id string) string { return scope.Prefix() + id }

// State is what EC2 shows: a state that it has reached, or one on the way.
// Source: EC2 user guide, instance lifecycle.
func (i *Instance) State() types.InstanceStateName {
	switch {
	case i.Reached == i.Wanted:
		return i.Wanted
	case i.Wanted == types.InstanceStateNameTerminated:
		return types.InstanceStateNameShuttingDown
	case i.Wanted == types.InstanceStateNameStopped:
		return types.InstanceStateNameStopping
	default:
		return types.InstanceStateNamePending
	}
}

// Untold reports whether EventBridge is to be told of the state. An instance from before it was told of any has Reached
// its own.
func (i *Instance) Untold() bool { return i.State() != cmp.Or(i.Told, i.Reached) }

// Want asks for another state, and returns the changed row, which is not written.
func (i *Instance) Want(wanted types.InstanceStateName, why Reason, now time.Time) *Instance {
	changed := *i
	if i.Wanted != wanted {
		changed.Wanted, changed.WantedAt, changed.Reason = wanted, now, why
	}
	return &changed
}

// Rebooting reports whether a reboot is not over, during which the state stays.
func (i *Instance) Rebooting() bool { return i.RebootAt.After(i.RebootedAt) }

// FindInstance returns an instance, those that are terminated included, or nil.
func FindInstance(tx *store.Tx, scope arn.Scope, id string) *Instance {
	return instances.Get(tx, instanceKey(scope, id))
}

// InstanceByKey returns the instance with the key of a watch, or nil.
func InstanceByKey(tx *store.Tx, key string) *Instance { return instances.Get(tx, key) }

// Instances returns those of an account and region, by id.
func Instances(tx *store.Tx, scope arn.Scope) []*Instance {
	return instances.List(tx, scope.Prefix())
}

// AllInstances returns those of all accounts and regions.
func AllInstances(tx *store.Tx) []*Instance { return instances.List(tx, "") }

// ForgetInstances removes those that were terminated before a time, with their tags.
func ForgetInstances(tx *store.Tx, before time.Time) {
	for _, i := range terminatedInstances.Before(tx, before) {
		instances.Delete(tx, i)
		ec2network.SetTags(tx, i.Scope, i.ID, nil)
		if i.Spot != nil {
			ec2network.SetTags(tx, i.Scope, i.Spot.RequestID, nil)
		}
	}
}

// terminatedAt is zero for an instance that is not.
func (i *Instance) terminatedAt() time.Time {
	if i.Reached != types.InstanceStateNameTerminated {
		return time.Time{}
	}
	return i.ReachedAt
}
