package overview

import (
	"cmp"
	"slices"
	"strconv"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// taskLists sort tasks. Of ten thousand, a limit has them keep and describe those that are shown.
type taskLists struct {
	live, stopped taskList
	notAsWanted   int
}

func newTaskLists(limit int) *taskLists {
	return &taskLists{live: taskList{limit: limit, before: byWant}, stopped: taskList{limit: limit, before: byEnd}}
}

func (l *taskLists) add(t *state.Task) {
	if t.Ended() {
		l.stopped.add(listed{t, ""})
		return
	}
	why := taskNotAsWanted(t)
	if why != "" {
		l.notAsWanted++
	}
	l.live.add(listed{t, why})
}

func (l *taskLists) show(tx *store.Tx, view *Overview, o Options) {
	view.NotAsWanted.Tasks = l.notAsWanted
	view.Tasks, view.TaskCount = l.live.read(tx, o), l.live.count
	view.StoppedTasks, view.StoppedTaskCount = l.stopped.read(tx, o), l.stopped.count
}

// listed is a task, and why it is not as wanted.
type listed struct {
	*state.Task
	notAsWanted string
}

// byWant has those first that are not as wanted.
func byWant(x, y listed) int {
	switch {
	case x.notAsWanted != "" && y.notAsWanted == "":
		return -1
	case x.notAsWanted == "" && y.notAsWanted != "":
		return 1
	}
	return cmp.Or(
		cmp.Compare(x.Spec.ClusterARN, y.Spec.ClusterARN), cmp.Compare(x.Spec.Group, y.Spec.Group),
		y.Spec.CreatedAt.Compare(x.Spec.CreatedAt), cmp.Compare(x.ARN, y.ARN),
	)
}

// byEnd has those first that have stopped last.
func byEnd(x, y listed) int {
	return cmp.Or(y.Status.StoppedAt.Compare(x.Status.StoppedAt), cmp.Compare(x.ARN, y.ARN))
}

// taskList has the first tasks in an order.
type taskList struct {
	limit  int // 0: none
	before func(x, y listed) int
	first  []listed
	count  int // of all
}

func (l *taskList) add(t listed) {
	l.count++
	if l.limit == 0 {
		l.first = append(l.first, t)
		return
	}
	if len(l.first) == l.limit {
		if l.before(l.first[l.limit-1], t) < 0 {
			return
		}
		l.first = l.first[:l.limit-1]
	}
	at, _ := slices.BinarySearchFunc(l.first, t, l.before)
	l.first = slices.Insert(l.first, at, t)
}

func (l *taskList) read(tx *store.Tx, o Options) []Task {
	if l.limit == 0 {
		sorting.By(l.first, l.before)
	}
	shown := make([]Task, len(l.first))
	for i, t := range l.first {
		shown[i] = readTask(tx, t.Task, o)
		shown[i].NotAsWanted = t.notAsWanted
	}
	return shown
}

func readTask(tx *store.Tx, t *state.Task, o Options) Task {
	shown := Task{
		ID: arn.Name(t.ARN), ARN: t.ARN, ClusterARN: t.Spec.ClusterARN, Group: t.Spec.Group,
		TaskDefinition: t.Spec.FamilyName() + ":" + strconv.Itoa(t.Spec.Revision), LaunchType: string(t.Spec.LaunchType),
		LastStatus: t.Status.LastStatus, DesiredStatus: t.DesiredStatus(), HealthStatus: health(t.Status.HealthStatus),
		ContainerInstance: t.Placement.ContainerInstance, Engine: t.Placement.Host, IP: t.Status.Attachment.PrivateIPv4, Ports: []Port{},
		Containers: make([]Container, len(t.Status.Containers)),
		CreatedAt:  t.Spec.CreatedAt, StartedAt: t.Status.StartedAt, StoppedAt: t.Status.StoppedAt,
	}
	proxy := t.ProxyName()
	for i := range t.Status.Containers {
		c := &t.Status.Containers[i]
		shown.Containers[i] = Container{
			Name: c.Name, LastStatus: c.LastStatus(), HealthStatus: health(c.HealthStatus), ExitCode: c.ExitCode, Reason: c.Reason,
			Proxy: c.Name == proxy,
		}
	}
	if t.Stop != nil {
		shown.StopCode, shown.StoppedReason = string(t.Stop.Code), t.Stop.Reason
	}
	if t.Ended() {
		return shown
	}
	if target := t.UnhealthyTarget(); target != nil {
		shown.UnhealthyTarget = o.whyUnhealthy(tx, elbv2.FindTarget(tx, target.Group, target.ID, target.Port), target.Description)
	}
	if o.Pulls != nil {
		shown.Pulls = o.Pulls(t.ARN)
	}
	if o.Ports != nil {
		shown.Ports = append(shown.Ports, o.Ports(t.ARN)...)
	}
	if shown.IP == "" && shown.ContainerInstance != "" && o.InstanceIP != nil {
		shown.IP = o.InstanceIP(t.ARN)
	}
	return shown
}

// health is as ECS shows it where nothing is checked.
func health(s types.HealthStatus) string { return string(cmp.Or(s, types.HealthStatusUnknown)) }
