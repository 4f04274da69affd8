// Package lifecycle brings managed instances about: it launches them for the tasks that wait, drains their container instances for a
// reason, launches what is to stand in for them, and terminates them when they are empty.
//
//	plan := lifecycle.Decide(view) // pure: what shall be done about a capacity provider now
//
// It alone drains and terminates managed instances. Others write reasons; see package managed.
//
// Source: ECS developer guide, Amazon ECS Managed Instances: patching, infrastructure optimization, auto scaling and task placement.
package lifecycle

import (
	"slices"
	"time"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed/instancetype"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const (
	// drainAge is how old an instance becomes before it drains, and endAge before it is terminated whatever is on it. Source: ECS
	// developer guide, patching in Amazon ECS Managed Instances.
	drainAge = 14 * 24 * time.Hour
	endAge   = 21 * 24 * time.Hour

	// idleTime is how long an instance is idle before it goes, where the provider does not say. AWS's own is not published.
	idleTime = 5 * time.Minute
	// impairedTime is how long an agent may be away before its instance is taken for impaired, and lostTime how long such an instance
	// drains before it is terminated: its agent cannot tell that a task has stopped. Neither is published.
	impairedTime = 5 * time.Minute
	lostTime     = 2 * time.Minute
	// comingTime is how long an instance may take until it is registered, and once more until its critical daemons run. It is a choice.
	comingTime = 15 * time.Minute
	// repairPause is how old an instance becomes that stands in for an impaired one and is impaired itself, before another one stands in
	// for it. It doubles from one to the next, up to half an hour, and an hour without a repair ends that: a daemon that ends as soon as it
	// runs has few instances come and go. These are choices.
	repairPause, repairDoublings, repaired = time.Minute, 5, time.Hour
	// retryLaunch is after how long an instance is tried again for which there was no room. It is a choice.
	retryLaunch = time.Minute
)

// View is what a decision about a capacity provider is made from.
type View struct {
	Provider  *capacityprovider.Provider
	Instances []Instance // in order of their ids
	// Waiting are the tasks for which no ACTIVE instance has room, the oldest first.
	Waiting []Wait
	// Types are those that meet the requirements, the smallest first.
	Types []*ec2.InstanceType
	// Subnets are the provider's, and Free is how many addresses one has left.
	Subnets []*ec2network.Subnet
	Free    func(*ec2network.Subnet) int
	// Most is how many more container instances the cluster may have; negative: any number.
	Most int
	// Reserved is what the daemons of the provider need on each instance.
	Reserved instancetype.Need
	// InZones counts the tasks of groups by zone; of services that wait alone.
	InZones map[string]map[string]int
	Now     time.Time
}

// Instance is one managed instance.
type Instance struct {
	Row        *managed.Instance
	EC2        *ec2.Instance            // nil: it is forgotten
	Type       *ec2.InstanceType        // nil: it is not known any more
	Registered *state.ContainerInstance // nil until it is registered
	// Tasks are those that have not stopped, and Others the ones among them that are no daemons' tasks.
	Tasks, Others int
	// Load is what the others have of it.
	Load instancetype.Need
	// Claims are the groups of the tasks that wait and are about to be placed there.
	Claims []string
}

// Plan is what shall be done.
type Plan struct {
	Launch    []Launch
	Drains    []Drain  // reasons that the controller finds itself
	Begin     []string // ids of instances whose container instances drain from now on
	Leaves    []Leaves
	Retell    []string // ids of those that drain for a stronger reason by now
	Terminate []string // ids of instances that are empty, or out of time
	Gone      []string // ids of those that are terminated
	Notes     []Note
	Fail      []Fail // tasks that no instance type can hold
	End       bool   // the provider is INACTIVE
	WakeAt    time.Time
}

// Launch is an instance to launch.
type Launch struct {
	Type     *ec2.InstanceType
	Subnet   *ec2network.Subnet
	Replaces string // EC2 id, or empty
	Repairs  int    // how many impaired ones in a row it stands in for
}

// Drain is a reason for an instance to go.
type Drain struct {
	ID string
	managed.Drain
}

// Leaves is whether an instance waits for another one to stand in for it.
type Leaves struct {
	Instance string // ARN of the container instance
	Is       bool
}

// Note is since when an instance is idle or impaired; zero: it is not.
type Note struct {
	ID                 string
	IdleAt, ImpairedAt time.Time
}

// Fail is a task that ends, and why.
type Fail struct{ Task, Reason string }

func (p *Plan) empty() bool {
	return len(p.Launch)+len(p.Drains)+len(p.Begin)+len(p.Leaves)+len(p.Retell)+len(p.Terminate)+len(p.Gone)+len(p.Notes)+len(p.Fail) == 0 && !p.End
}

// wake asks for another decision at a time, or earlier.
func (p *Plan) wake(at time.Time) {
	if p.WakeAt.IsZero() || at.Before(p.WakeAt) {
		p.WakeAt = at
	}
}

// Decide says what shall be done about the instances of a capacity provider.
func Decide(v View) Plan {
	d := &decision{View: v, rows: map[string]*Instance{}, most: v.Most}
	for i := range v.Instances {
		d.rows[v.Instances[i].Row.ID] = &v.Instances[i]
	}
	left := 0
	for i := range v.Instances {
		if each := &v.Instances[i]; each.gone() {
			d.plan.Gone = append(d.plan.Gone, each.Row.ID)
		} else {
			left++
			d.look(each)
		}
	}
	if v.Provider.Active() {
		d.launchForWaiting()
	}
	d.plan.End = v.Provider.Status == types.CapacityProviderStatusDeprovisioning && left == 0
	return d.plan
}

type decision struct {
	View
	rows map[string]*Instance
	most int
	plan Plan
}

func (i *Instance) gone() bool {
	return i.EC2 == nil || i.EC2.Reached == ec2types.InstanceStateNameTerminated
}

// ending reports whether it is being terminated.
func (i *Instance) ending() bool { return i.EC2.Wanted == ec2types.InstanceStateNameTerminated }

// registered reports whether it is a container instance now.
func (i *Instance) registered() bool {
	return i.Registered != nil && i.Registered.Status != state.InstanceInactive
}

// serves reports whether tasks are placed on it.
func (i *Instance) serves() bool {
	return i.Registered != nil && i.Registered.Status == state.InstanceActive && i.Row.DrainingAt.IsZero() && !i.ending()
}

// coming reports whether tasks will be placed on it.
func (i *Instance) coming() bool {
	return !i.ending() && i.Row.DrainingAt.IsZero() && len(i.Row.Drains) == 0 && i.Type != nil &&
		(!i.registered() || i.Registered.Status == state.InstanceRegistering)
}

// look decides about one instance.
func (d *decision) look(i *Instance) {
	if i.ending() {
		return
	}
	note := d.note(i)
	row := *i.Row
	for _, found := range d.reasons(i, note) {
		if !has(row.Drains, found.Reason) {
			d.plan.Drains = append(d.plan.Drains, Drain{row.ID, found})
			row.Drains = append(slices.Clip(row.Drains), found)
		}
	}
	if note.IdleAt != row.IdleAt || note.ImpairedAt != row.ImpairedAt {
		d.plan.Notes = append(d.plan.Notes, note)
	}
	if c := i.Registered; i.serves() && c.Leaves != (len(row.Drains) > 0) {
		d.plan.Leaves = append(d.plan.Leaves, Leaves{c.ARN, !c.Leaves})
	}
	now := *i // with the reasons that have just been found
	now.Row, i = &row, &now
	switch {
	case !row.DrainingAt.IsZero():
		if strongest, is := row.Strongest(); is && i.registered() && i.Registered.DrainedBy != strongest.Reason.Words() {
			d.plan.Retell = append(d.plan.Retell, row.ID)
		}
		d.end(i, note)
	case len(row.Drains) > 0 && !i.registered(): // nothing is on it
		d.plan.Terminate = append(d.plan.Terminate, row.ID)
	case len(row.Drains) > 0 && (!replaced(row.Drains) || has(row.Drains, managed.Age) && d.due(row.LaunchedAt.Add(endAge)) || d.replace(i)):
		d.plan.Begin = append(d.plan.Begin, row.ID)
	}
}

func has(drains []managed.Drain, reason managed.Reason) bool {
	for _, each := range drains {
		if each.Reason == reason {
			return true
		}
	}
	return false
}

// replaced reports whether another instance is to be there first: each of the reasons lets it.
func replaced(drains []managed.Drain) bool {
	for _, each := range drains {
		if !each.Replace {
			return false
		}
	}
	return true
}

// note is since when an instance is idle or impaired. One that is to stand in for another is not idle before that has gone.
func (d *decision) note(i *Instance) Note {
	n := Note{ID: i.Row.ID}
	other := d.rows[i.Row.Replaces]
	standsBy := other != nil && !other.gone() && !other.ending() && len(other.Row.Drains) > 0
	if i.serves() && i.Others == 0 && len(i.Claims) == 0 && !standsBy {
		if n.IdleAt = i.Row.IdleAt; n.IdleAt.IsZero() {
			n.IdleAt = d.Now
		}
	}
	if i.registered() && !i.Registered.AgentConnected {
		if n.ImpairedAt = i.Row.ImpairedAt; n.ImpairedAt.IsZero() {
			n.ImpairedAt = d.Now
		}
	}
	return n
}

// reasons are those that follow from the instance and its provider.
func (d *decision) reasons(i *Instance, note Note) (found []managed.Drain) {
	add := func(reason managed.Reason, replace bool) {
		found = append(found, managed.Drain{Reason: reason, By: d.Provider.ARN, At: d.Now, Replace: replace})
	}
	m := d.Provider.Managed
	if d.Provider.Status == types.CapacityProviderStatusDeprovisioning {
		add(managed.Deleted, false)
	}
	if !i.EC2.NoticeAt.IsZero() {
		add(managed.SpotInterruption, false)
	}
	if !i.registered() && d.due(i.Row.LaunchedAt.Add(comingTime)) {
		add(managed.AutoRepair, false)
	}
	repairs := m.AutoRepairConfiguration == nil || m.AutoRepairConfiguration.ActionsStatus != types.AutoRepairActionsStatusDisabled
	if repairs && i.registered() && i.Registered.Status == state.InstanceRegistering && d.due(i.Registered.RegisteredAt.Add(comingTime)) {
		add(managed.AutoRepair, false) // it never had a task
	}
	if repairs && !note.ImpairedAt.IsZero() && d.due(note.ImpairedAt.Add(impairedTime)) {
		add(managed.AutoRepair, true)
	}
	if d.due(i.Row.LaunchedAt.Add(drainAge)) {
		add(managed.Age, true)
	}
	if after, ever := scaleInAfter(m); ever && !note.IdleAt.IsZero() && d.due(note.IdleAt.Add(after)) {
		add(managed.ScaleIn, false)
	}
	return found
}

// scaleInAfter is how long an instance is idle before it goes; ever is false if it stays.
func scaleInAfter(m *types.ManagedInstancesProvider) (after time.Duration, ever bool) {
	if m.InfrastructureOptimization == nil || m.InfrastructureOptimization.ScaleInAfter == nil {
		return idleTime, true
	}
	seconds := *m.InfrastructureOptimization.ScaleInAfter
	return time.Duration(seconds) * time.Second, seconds >= 0
}

// due reports whether a time has come, and wakes when it does.
func (d *decision) due(at time.Time) bool {
	if d.Now.Before(at) {
		d.plan.wake(at)
		return false
	}
	return true
}

// end terminates an instance that drains: when it is empty, or has had its time. One that began late, as ECS was away or nothing stood in for
// it, has as long as others: a choice.
func (d *decision) end(i *Instance, note Note) {
	draining := i.Row.DrainingAt
	lost := !note.ImpairedAt.IsZero() && d.due(later(draining, note.ImpairedAt.Add(impairedTime)).Add(lostTime))
	if i.Tasks == 0 || !i.registered() || lost || d.due(later(i.Row.LaunchedAt.Add(endAge), draining.Add(endAge-drainAge))) {
		d.plan.Terminate = append(d.plan.Terminate, i.Row.ID)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// standIn is the instance that was launched in the place of one that goes; nil: there is none, or it was for a reason that has been taken
// back, and has other tasks by now.
func (d *decision) standIn(i *Instance) *Instance {
	other := d.rows[i.Row.ReplacedBy]
	if other == nil || other.gone() || other.ending() {
		return nil
	}
	wished := i.Row.Drains[0].At
	for _, each := range i.Row.Drains {
		if each.At.Before(wished) {
			wished = each.At
		}
	}
	if other.Others > 0 && other.Row.LaunchedAt.Before(wished) {
		return nil
	}
	return other
}

// replace reports whether an instance may drain because another one stands in for it, and launches that. Where there is no room for
// another one, it drains without: the reason does not wait.
func (d *decision) replace(i *Instance) bool {
	if other := d.standIn(i); other != nil {
		return other.serves() && other.Registered.TakesTasks()
	}
	repairs := 0
	if strongest, _ := i.Row.Strongest(); strongest.Reason == managed.AutoRepair {
		if i.Row.Repairs > 0 && !d.due(i.Row.LaunchedAt.Add(repairPause<<min(i.Row.Repairs-1, repairDoublings))) {
			return false
		}
		repairs = 1
		if d.Now.Sub(i.Row.LaunchedAt) < repaired {
			repairs += i.Row.Repairs
		}
	}
	if d.Provider.Active() {
		need := i.Load.Add(d.Reserved).Add(instancetype.Need{Architecture: architectureOf(i)})
		if t := instancetype.Smallest(d.Types, need, nil); t != nil {
			if subnet := d.subnetIn(i.EC2.Zone); subnet != nil {
				d.launch(Launch{Type: t, Subnet: subnet, Replaces: i.Row.ID, Repairs: repairs})
				return false
			}
		}
	}
	return true
}

func architectureOf(i *Instance) string {
	if i.Type == nil {
		return ""
	}
	return i.Type.Architecture
}

// launch takes what an instance needs.
func (d *decision) launch(l Launch) {
	d.plan.Launch = append(d.plan.Launch, l)
	d.most--
}

// subnetIn is a subnet with room in a zone, or else in any; nil: there is none, or the cluster may have no more instances.
func (d *decision) subnetIn(zone string) *ec2network.Subnet {
	if d.Most >= 0 && d.most <= 0 {
		return nil
	}
	var other *ec2network.Subnet
	for _, s := range d.Subnets {
		if d.Free(s)-d.launchedIn(s) <= 0 {
			continue
		}
		if s.Zone == zone {
			return s
		}
		if other == nil {
			other = s
		}
	}
	return other
}

func (d *decision) launchedIn(s *ec2network.Subnet) (n int) {
	for _, l := range d.plan.Launch {
		if l.Subnet.ID == s.ID {
			n++
		}
	}
	return n
}
