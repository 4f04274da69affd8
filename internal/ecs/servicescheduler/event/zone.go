package event

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// The events of Availability Zone rebalancing.
//
// Source: ECS developer guide, tracking of Availability Zone rebalancing and its event messages; answers of
// ECS in field reports for the sentences that list zones, and that of tasks which have been started.

// ZoneTasks is how many tasks a zone has.
type ZoneTasks struct {
	Zone  string
	Tasks int
}

// listZones has the zone with the most tasks first: the zones of one observed sentence are not in
// the order of their names.
func listZones(zones []ZoneTasks) string {
	words := make([]string, len(zones))
	for i, z := range zones {
		words[i] = fmt.Sprintf("%d tasks in %s", z.Tasks, z.Zone)
	}
	return strings.Join(words, ", ")
}

// RebalancingStarted says that zones have unlike numbers of tasks.
type RebalancingStarted struct{ Zones []ZoneTasks }

// Message is the sentence of the event.
func (e RebalancingStarted) Message(service string) string {
	return fmt.Sprintf("(service %s) is not AZ balanced with %s. AZ Rebalancing in progress.", service, listZones(e.Zones))
}

// RebalancingCompleted says that they have like ones again.
type RebalancingCompleted struct{ Zones []ZoneTasks }

// Message is the sentence of the event.
func (e RebalancingCompleted) Message(service string) string {
	return fmt.Sprintf("(service %s) is AZ balanced with %s.", service, listZones(e.Zones))
}

// RebalancingStopped says that something else has put an end to it.
type RebalancingStopped struct{}

// Message is the sentence of the event.
func (RebalancingStopped) Message(service string) string {
	return fmt.Sprintf("(service %s) stopped AZ Rebalancing.", service)
}

// StartedInZone says which tasks have been started in a zone that has too few, by their ids.
type StartedInZone struct {
	Zone  string
	Tasks []string
}

// Message is the sentence of the event.
func (e StartedInZone) Message(service string) string {
	return fmt.Sprintf("(service %s) has started %d tasks in %s to AZ Rebalance: %s.", service, len(e.Tasks), e.Zone, listTasks(e.Tasks))
}

// StoppedInZone says which tasks have been stopped in a zone that had too many, by their ids.
type StoppedInZone struct {
	Zone  string
	Tasks []string
}

// Message is the sentence of the event.
func (e StoppedInZone) Message(service string) string {
	return fmt.Sprintf("(service %s) has stopped %d running tasks in %s due to AZ rebalancing: %s.", service, len(e.Tasks), e.Zone, listTasks(e.Tasks))
}

// NoPlaceInZone says that no container instance of a zone has room for a task.
type NoPlaceInZone struct {
	Zone string
	// Instance is the id of the one that comes closest, and Reason what it lacks, in the words of placement.
	Instance, Reason string
}

// Message is the sentence of the event.
func (e NoPlaceInZone) Message(service string) string {
	return fmt.Sprintf("(service %s) is unable to place a task in %s because no container instance met all of its requirements.", service, e.Zone)
}

// NewNoPlaceInZone makes the event of what each container instance lacks.
func NewNoPlaceInZone(zone string, misses []placement.Miss) NoPlaceInZone {
	e := NewNoPlace("", misses)
	return NoPlaceInZone{Zone: zone, Instance: e.Instance, Reason: e.Reason}
}

// ZoneTasksProtected says that protected tasks keep a zone from giving up those that it has too many.
type ZoneTasksProtected struct {
	Deployment string
	Tasks      int
}

// Message is the sentence of the event. The reason has the words of TasksProtected.
func (e ZoneTasksProtected) Message(service string) string {
	return fmt.Sprintf("(service %s) was unable to AZ Rebalance because (taskSet %s) was unable to scale in due to (reason %d tasks under protection)",
		service, e.Deployment, e.Tasks)
}

var _ = []Announced{
	RebalancingStarted{}, RebalancingCompleted{}, RebalancingStopped{}, StartedInZone{}, StoppedInZone{}, NoPlaceInZone{}, ZoneTasksProtected{},
}

func (RebalancingStarted) Announcement() Announcement { return info("SERVICE_REBALANCING_STARTED") }

func (RebalancingCompleted) Announcement() Announcement { return info("SERVICE_REBALANCING_COMPLETED") }

func (RebalancingStopped) Announcement() Announcement { return info("SERVICE_REBALANCING_STOPPED") }

func (StartedInZone) Announcement() Announcement { return info("TASKS_STARTED") }

func (StoppedInZone) Announcement() Announcement { return info("TASKS_STOPPED") }

// Announcement is SERVICE_TASK_PLACEMENT_FAILURE.
func (e NoPlaceInZone) Announcement() Announcement {
	return NoPlace{Instance: e.Instance, Reason: e.Reason}.Announcement()
}

// Announcement is TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION.
func (ZoneTasksProtected) Announcement() Announcement {
	return info("TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION")
}

func info(name string) Announcement { return Announcement{Type: state.EventInfo, Name: name} }
