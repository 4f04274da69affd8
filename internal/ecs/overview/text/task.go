package text

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

func (r *renderer) tasks() *table {
	t := &table{columns: []column{
		{title: "TASK"}, r.clusterColumn, {title: "GROUP", least: 10, enough: 20}, {title: "STATUS"}, {title: "HEALTH"},
		{title: "ADDRESS", optional: true}, {title: "PORTS", least: r.portsWidth()}, {title: "AGE", right: true},
		{title: "ENGINE", enough: 10}, {title: "INSTANCE", optional: true}, {title: "DEFINITION", least: 10, cut: cutMiddle, optional: true},
	}, count: r.TaskCount, notAsWanted: &r.NotAsWanted.Tasks}
	checked := false
	for i := range r.Tasks {
		checked = checked || r.Tasks[i].HealthStatus != "UNKNOWN"
	}
	for i := range r.Tasks {
		t.items = append(t.items, r.task(&r.Tasks[i], checked))
	}
	return t
}

func (r *renderer) task(t *overview.Task, checked bool) *item {
	instance := t.ContainerInstance[strings.LastIndexByte(t.ContainerInstance, '/')+1:]
	row := []cell{
		{text: activity.ShortID(t.ID)}, r.cluster(t.ClusterARN), {text: t.Group}, status(t), {}, {text: t.IP}, {text: r.ports(t.Ports)},
		{text: r.age(t.CreatedAt)}, {text: t.Engine}, {text: activity.ShortID(instance)}, {text: t.TaskDefinition},
	}
	if checked {
		row[4] = cell{text: t.HealthStatus, tone: healthTone(t.HealthStatus)}
	}
	return &item{rows: [][]cell{row}, tail: why(t), notAsWanted: t.NotAsWanted != ""}
}

func status(t *overview.Task) cell {
	switch {
	case t.DesiredStatus != t.LastStatus:
		return cell{text: t.LastStatus, tone: Busy}
	default:
		return cell{text: t.LastStatus, tone: Good}
	}
}

func healthTone(health string) Tone {
	switch health {
	case "HEALTHY":
		return Good
	case "UNHEALTHY":
		return Bad
	default:
		return Plain
	}
}

// narrow reports whether there is no room for two numbers of a port.
func (r *renderer) narrow() bool { return r.Width > 0 && r.Width < 100 }

func (r *renderer) portsWidth() int {
	if r.narrow() {
		return len("127.0.0.1:49151")
	}
	return len("127.0.0.1:49151>8080")
}

// ports are addresses, with the container's port where that has another number and there is room.
// Where there is none, ports after the first have no host: all are of this machine's loopback address.
func (r *renderer) ports(list []overview.Port) string {
	var parts []string
	for i, p := range list {
		text := p.Address
		if i > 0 && r.narrow() {
			text = text[strings.LastIndexByte(text, ':'):]
		}
		if number := strconv.Itoa(p.ContainerPort); !strings.HasSuffix(text, ":"+number) && !r.narrow() {
			text += "→" + number
		}
		if p.Protocol != "tcp" {
			text += "/" + p.Protocol
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// why is why a task is not as wanted, as far as its statuses do not say it, or has stopped.
func why(t *overview.Task) string {
	var parts []string
	for _, part := range []string{t.StoppedReason, t.UnhealthyTarget} {
		if part != "" {
			parts = append(parts, shortIDs(part))
		}
	}
	for _, p := range t.Pulls {
		parts = append(parts, pull(p))
	}
	for _, c := range told(t.Containers) {
		switch {
		case c.Reason != "":
			parts = append(parts, c.Name+": "+c.Reason)
		case c.HealthStatus == "UNHEALTHY" && t.LastStatus != "STOPPED":
			parts = append(parts, c.Name+" is UNHEALTHY")
		}
	}
	return strings.Join(parts, "; ")
}

// pull is "pulling app:1 12.3 MB of 40.1 MB".
func pull(p overview.Pull) string {
	if p.Of == 0 {
		return "pulling " + p.Image
	}
	return fmt.Sprintf("pulling %s %.1f MB of %.1f MB", p.Image, float64(p.Bytes)/1e6, float64(p.Of)/1e6)
}

func (r *renderer) stoppedTasks() *table {
	t := &table{columns: []column{
		{title: "STOPPED"}, {title: "COUNT", right: true}, r.clusterColumn, {title: "GROUP", least: 10, enough: 20}, {title: "WHEN"},
		{title: "EXIT", least: 9}, {title: "DEFINITION", optional: true}, {title: "STOP CODE", optional: true},
	}, count: r.StoppedTaskCount, room: 40}
	newest, counts := map[ending]*item{}, map[*item]int{}
	for i := range r.StoppedTasks {
		task := &r.StoppedTasks[i]
		key := endingOf(task)
		if same := newest[key]; same != nil && r.Fold {
			counts[same]++
			same.rows[0][1] = count(counts[same])
			t.count--
			continue
		}
		row := []cell{
			{text: activity.ShortID(task.ID)}, {}, r.cluster(task.ClusterARN), {text: task.Group}, {text: r.age(task.StoppedAt) + " ago"}, exitCodes(task),
			{text: task.TaskDefinition}, {text: task.StopCode},
		}
		shown := &item{tail: key.why, rows: [][]cell{row}}
		newest[key], counts[shown] = shown, 1
		t.items = append(t.items, shown)
	}
	return t
}

// ending is all that a stopped task shows but its id and its time.
type ending struct{ cluster, group, definition, exit, code, why string }

func endingOf(t *overview.Task) ending {
	return ending{t.ClusterARN, t.Group, t.TaskDefinition, exitCodes(t).text, t.StopCode, why(t)}
}

// told are the containers of which there is something to tell: a proxy, which no user has written, is of interest
// if it failed.
func told(containers []overview.Container) []overview.Container {
	return slices.DeleteFunc(slices.Clone(containers), func(c overview.Container) bool {
		ended := c.ExitCode != nil && *c.ExitCode == 0
		return c.Proxy && c.HealthStatus != "UNHEALTHY" && (ended || c.ExitCode == nil && c.Reason == "")
	})
}

// exitCodes names containers where a task has several.
func exitCodes(t *overview.Task) cell {
	var parts []string
	tone := Plain
	containers := told(t.Containers)
	for _, c := range containers {
		if c.ExitCode == nil {
			continue
		}
		if *c.ExitCode != 0 {
			tone = Bad
		}
		text := strconv.Itoa(int(*c.ExitCode))
		if len(containers) > 1 {
			text = fmt.Sprintf("%s %s", c.Name, text)
		}
		parts = append(parts, text)
	}
	return cell{text: strings.Join(parts, ", "), tone: tone}
}
