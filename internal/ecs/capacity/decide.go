package capacity

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Delays are how long EC2 takes for what could be done at once. The zero value is none.
type Delays struct {
	Launch    time.Duration // from pending to running
	Boot      time.Duration // from running to the registration by the container agent
	Stop      time.Duration // from stopping to stopped
	Terminate time.Duration // from shutting-down to terminated
}

// View is what a decision about an instance needs.
type View struct {
	Instance *ec2.Instance
	// Registered is what the instance was registered as last, INACTIVE ones included; or nil.
	Registered *state.ContainerInstance
	Cluster    *state.Cluster // that its agent is to join; or nil
	// Tasks that it has and that are not to stop; counted where it is not to run and, of
	// those that are RUNNING, where it reboots.
	Tasks int
	// ClusterFull: its agent is told that no further instance can join.
	ClusterFull bool
	// Refused: the role of the instance may not register it.
	Refused bool
	// AgentAway: a fault disconnects its agent, or its engine has not answered for a while.
	AgentAway bool
	// EngineSilent: its engine does not answer, and no agent starts or comes back there.
	EngineSilent bool
	// Managed: ECS manages it, alone. What drains it is the controller of managed instances.
	Managed bool
	// ManagedDraining: the capacity provider of its group drains it before its end.
	ManagedDraining bool
	Now             time.Time
	Delays          Delays
}

// Plan is what shall be done with an instance now.
type Plan struct {
	Address    bool                    // get it an address, which comes before the rest
	Reach      types.InstanceStateName // the state that it has reached; empty: none
	Initialize bool                    // call cfn-init, as its user data does
	Register   bool                    // make it a container instance
	Connect    bool                    // its agent connects
	Disconnect bool                    // its agent is gone
	Deregister bool                    // the container instance is INACTIVE
	StopTasks  string                  // why its tasks stop; empty: they do not
	Exited     bool                    // they stop because they have exited
	Rebooted   bool                    // it has booted again
	Drain      bool                    // the container instance is DRAINING, for the notice to a Spot Instance
	Interrupt  bool                    // the time of that notice is over
	WakeAt     time.Time               // when to decide again though nothing has changed; zero is never
}

// empty reports whether there is nothing to write.
func (p Plan) empty() bool {
	p.WakeAt = time.Time{}
	return p == Plan{}
}

// Decide says what shall be done with an instance.
func Decide(v View) (p Plan) {
	if v.heedNotice(&p) {
		return p
	}
	switch i := v.Instance; i.Wanted {
	case types.InstanceStateNameRunning:
		if i.Reached == types.InstanceStateNameRunning {
			if i.Rebooting() {
				v.reboot(&p)
			} else {
				v.run(&p)
			}
			return p
		}
		if p.Address = i.PrivateIP == ""; !p.Address {
			v.reach(&p, v.Delays.Launch)
		}
	case types.InstanceStateNameStopped:
		v.lose(&p, "stopped")
		v.reach(&p, v.Delays.Stop)
	case types.InstanceStateNameTerminated:
		// A container instance whose agent is not connected stays registered. Source: ECS
		// developer guide, deregistering a container instance.
		// One of a managed instance does not: ECS itself has ended that.
		p.Deregister = v.connected() || v.Managed && v.registered()
		v.lose(&p, "terminated")
		v.reach(&p, v.Delays.Terminate)
	}
	return p
}

// registerAgain is after how long an agent that could not register its instance tries again. Unverified: the
// agent ends then, and is started again.
const registerAgain = 30 * time.Second

// heedNotice is for a Spot Instance that has its notice: it drains at once, and is terminated when the time is over.
// The agent does that as soon as it is there, once; managed draining needs no agent. It reports whether nothing else
// is to be decided now.
//
// Source: ECS developer guide, Spot Instance draining; managed instance draining.
func (v View) heedNotice(p *Plan) bool {
	i, c := v.Instance, v.Registered
	if i.NoticeAt.IsZero() || i.Wanted == types.InstanceStateNameTerminated {
		return false
	}
	if p.Interrupt = !v.early(p, i.NoticeAt, ec2.NoticeTime); p.Interrupt {
		return true
	}
	agent := i.Agent.DrainsSpot && v.connected()
	p.Drain = !i.NoticeHeeded && c != nil && c.Status == state.InstanceActive && (agent || v.ManagedDraining)
	return p.Drain
}

// run is for an instance that runs: its agent registers it when there is the cluster to
// join, and is connected.
func (v View) run(p *Plan) {
	if v.early(p, v.Instance.ReachedAt, v.Delays.Boot) {
		return
	}
	if len(v.Instance.Agent.Init) > 0 {
		p.Initialize = true
		return
	}
	if v.Registered == nil {
		joins := v.Instance.ContainerInstance == "" && v.Cluster.Active()
		if p.Register = joins && !v.ClusterFull && !v.Refused && !v.EngineSilent; joins && !p.Register {
			v.early(p, v.Now, registerAgain) // or when a notice is over
		}
		return
	}
	if v.Registered.Status != state.InstanceInactive {
		p.Connect = !v.Registered.AgentConnected && !v.AgentAway && !v.EngineSilent
		p.Disconnect = v.Registered.AgentConnected && v.AgentAway
	}
}

// reboot is for an instance that boots again. ECS learns of its containers from the agent,
// when that is back: they have exited. Source: the ECS agent; recorded answers for the text.
func (v View) reboot(p *Plan) {
	p.Disconnect, p.Exited = v.connected(), v.Tasks > 0
	if p.Exited {
		p.StopTasks = "Essential container in task exited"
	}
	p.Rebooted = !v.early(p, v.Instance.RebootAt, v.Delays.Boot) && !p.Disconnect && !p.Exited
}

// lose is for an instance that runs no longer: nothing of its tasks is left. Source of the
// reason: field reports.
func (v View) lose(p *Plan, how string) {
	p.Disconnect = v.connected() && !p.Deregister
	if v.Tasks > 0 {
		p.StopTasks = "Host EC2 (instance " + v.Instance.ID + ") " + how + "."
	}
}

func (v View) connected() bool { return v.registered() && v.Registered.AgentConnected }

func (v View) registered() bool {
	return v.Registered != nil && v.Registered.Status != state.InstanceInactive
}

// reach lets the wanted state be reached when its time has come.
func (v View) reach(p *Plan, delay time.Duration) {
	if v.Instance.Reached != v.Instance.Wanted && !v.early(p, v.Instance.WantedAt, delay) {
		p.Reach = v.Instance.Wanted
	}
}

// early reports whether a delay is not over that began at a time, and wakes when it is.
func (v View) early(p *Plan, since time.Time, delay time.Duration) bool {
	due := since.Add(delay)
	if delay == 0 || !v.Now.Before(due) {
		return false
	}
	if p.WakeAt.IsZero() || due.Before(p.WakeAt) {
		p.WakeAt = due
	}
	return true
}
